/** What a scanner needs around the code, in modules. */
const quiet = 4;

/** A QR code as one path: its edge in modules, with the quiet zone, and the dark ones. */
export interface Drawing {
	size: number;
	path: string;
}

/** Draws a text of at most 2,331 bytes; a longer one is refused. The encoder is loaded when it is needed. */
export async function draw(text: string): Promise<Drawing> {
	const { encode } = await import('uqr');
	const { size, data } = encode(text, { ecc: 'M', border: quiet });
	return { size, path: data.map(runs).join('') };
}

/** The dark runs of a row: "M4 4h7v1h-7z". */
function runs(row: boolean[], y: number): string {
	let path = '';
	for (let x = 0; x < row.length; x++) {
		if (!row[x]) continue;
		const start = x;
		while (row[x + 1]) x++;
		const width = x + 1 - start;
		path += `M${start} ${y}h${width}v1h-${width}z`;
	}
	return path;
}
