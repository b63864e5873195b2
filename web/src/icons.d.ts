declare module '~icons/*' {
	const icon: import('$lib/icon').AnyIcon;
	export default icon;
}
