// How an icon of a collection becomes a component: a template that is copied. Put together from
// its parts whenever it is drawn, icons were a sixth of what the overview's script took.

/** Makes the source of a component out of an icon's svg. What it takes is `AnyIcon` of src/lib/icon.ts. */
export function icon(svg: string): string {
	const drawn = svg.replace(/ (width|height)="[^"]*"/, '').replace(/ (width|height)="[^"]*"/, '');
	return (
		`<script>let { class: given, 'aria-label': label } = $props();</script>` +
		drawn.replace(
			'<svg',
			`<svg width="24" height="24" class={given} aria-label={label} aria-hidden={label ? undefined : 'true'}`,
		)
	);
}
