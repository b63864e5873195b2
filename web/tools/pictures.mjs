// Packs the pictures of the tests as small as PNG can without losing a pixel: what is flat
// packs best unfiltered, which a browser never tries. `npm run pictures` takes and packs them.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const folders = ['../e2e/pictures/', '../../docs/pictures/'];

/** The chunks of a PNG, type and data. */
function chunks(png) {
	const found = [];
	for (let at = 8; at < png.length;) {
		const length = png.readUInt32BE(at);
		found.push({
			type: png.toString('latin1', at + 4, at + 8),
			data: png.subarray(at + 8, at + 8 + length),
		});
		at += length + 12;
	}
	return found;
}

function chunk(type, data) {
	const out = Buffer.alloc(data.length + 12);
	out.writeUInt32BE(data.length, 0);
	out.write(type, 4, 'latin1');
	data.copy(out, 8);
	out.writeUInt32BE(crc32(out.subarray(4, data.length + 8)), data.length + 8);
	return out;
}

/** Takes the filters out of the lines, in place. `step` is the bytes of a pixel. */
function unfilter(lines, width, step) {
	const long = width * step + 1;
	for (let line = 0; line < lines.length; line += long) {
		const filter = lines[line];
		lines[line] = 0;
		for (let at = line + 1; at < line + long; at++) {
			const left = at - line > step ? lines[at - step] : 0;
			const up = line > 0 ? lines[at - long] : 0;
			const corner = line > 0 && at - line > step ? lines[at - long - step] : 0;
			if (filter === 1) lines[at] += left;
			else if (filter === 2) lines[at] += up;
			else if (filter === 3) lines[at] += (left + up) >> 1;
			else if (filter === 4) lines[at] += paeth(left, up, corner);
		}
	}
}

function paeth(left, up, corner) {
	const guess = left + up - corner;
	const l = Math.abs(guess - left);
	const u = Math.abs(guess - up);
	const c = Math.abs(guess - corner);
	if (l <= u && l <= c) return left;
	return u <= c ? up : corner;
}

for (const folder of folders) {
	const path = fileURLToPath(new URL(folder, import.meta.url));
	for (const name of (await readdir(path)).filter((one) => one.endsWith('.png'))) {
		const png = await readFile(path + name);
		const all = chunks(png);
		const head = all.find(({ type }) => type === 'IHDR').data;
		const [width, depth, kind, interlaced] = [head.readUInt32BE(0), head[8], head[9], head[12]];
		const step = { 2: 3, 6: 4 }[kind];
		if (depth !== 8 || interlaced || !step) continue; // no picture of Chromium's
		const lines = inflateSync(
			Buffer.concat(all.filter(({ type }) => type === 'IDAT').map(({ data }) => data)),
		);
		unfilter(lines, width, step);
		const packed = Buffer.concat([
			png.subarray(0, 8),
			chunk('IHDR', head),
			chunk('IDAT', deflateSync(lines, { level: 9, memLevel: 9 })),
			chunk('IEND', Buffer.alloc(0)),
		]);
		if (packed.length < png.length) await writeFile(path + name, packed);
	}
}
