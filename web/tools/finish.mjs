// Finishes dist after vite: the fonts' licences go beside the fonts, and every file that
// is worth it gets a brotli and a gzip twin, so that the core never compresses at run time.
import { copyFile, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const web = fileURLToPath(new URL('..', import.meta.url));
const dist = path.join(web, 'dist');
const worthIt = /\.(js|css|html|svg|txt|json|webmanifest)$/;

await mkdir(path.join(dist, 'licences'), { recursive: true });
for (const font of ['geist', 'geist-mono']) {
	await copyFile(
		path.join(web, 'node_modules/@fontsource-variable', font, 'LICENSE'),
		path.join(dist, 'licences', `${font}.txt`),
	);
}

let raw = 0;
let small = 0;
for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
	if (!entry.isFile() || !worthIt.test(entry.name)) continue;
	const file = path.join(entry.parentPath, entry.name);
	const data = await readFile(file);
	const br = brotliCompressSync(data, {
		params: {
			[constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
			[constants.BROTLI_PARAM_SIZE_HINT]: data.length,
		},
	});
	const gz = gzipSync(data, { level: 9 });
	// A twin that saves nothing would only make the binary larger.
	if (br.length < data.length * 0.9) await writeFile(`${file}.br`, br);
	if (gz.length < data.length * 0.9) await writeFile(`${file}.gz`, gz);
	raw += (await stat(file)).size;
	small += Math.min(br.length, data.length);
}
console.log(`dist: ${(raw / 1024).toFixed(1)} KiB of text, ${(small / 1024).toFixed(1)} KiB with brotli`);
