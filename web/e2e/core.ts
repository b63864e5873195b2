import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const binary = process.env.SOCME_BIN ?? fileURLToPath(new URL('../../bin/socme', import.meta.url));

/** The real program in a data folder of its own, whose local node tails `eve`. */
export class Core {
	readonly dir: string;
	readonly port: number;
	#process: ChildProcess | undefined;
	#said = '';
	#extra: string[];

	private constructor(dir: string, port: number, extra: string[]) {
		this.dir = dir;
		this.port = port;
		this.#extra = extra;
	}

	/** Makes the folder and starts; `demo` adds the example client, `toml` is more for node.toml. */
	static async start(options: { demo?: boolean; toml?: string } = {}): Promise<Core> {
		const dir = await mkdtemp(path.join(tmpdir(), 'socme-page-'));
		const core = new Core(dir, await freePort(), options.demo ? ['--demo'] : []);
		await mkdir(path.join(core.data, 'node'), { recursive: true, mode: 0o700 });
		await writeFile(core.eve, '');
		await writeFile(
			path.join(core.data, 'node', 'node.toml'),
			`[[source]]\nkind = "suricata"\npath = ${JSON.stringify(core.eve)}\n${options.toml ?? ''}`,
		);
		await core.up();
		return core;
	}

	get data(): string {
		return path.join(this.dir, 'data');
	}
	/** The file that the sensor would write. */
	get eve(): string {
		return path.join(this.dir, 'eve.json');
	}
	get url(): string {
		return `http://127.0.0.1:${this.port}`;
	}

	/** Starts the program and waits until it says that it is ready. */
	async up(): Promise<void> {
		this.#said = '';
		const args = ['up', '--data', this.data, '--listen', `127.0.0.1:${this.port}`, ...this.#extra];
		const child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'] });
		this.#process = child;
		const hear = (text: Buffer) => (this.#said += text.toString());
		child.stdout.on('data', hear);
		child.stderr.on('data', hear);
		const gone = new Promise<never>((_, reject) => {
			child.once('error', reject);
			child.once('exit', (code) => reject(new Error(`socme up ended with ${code}:\n${this.#said}`)));
		});
		gone.catch(() => {}); // a later end is not ours to report
		const ready = async () => {
			while (!this.#said.includes(' is ready.')) await new Promise((done) => setTimeout(done, 20));
		};
		await Promise.race([ready(), gone]);
	}

	/** The one-time link that it printed last. */
	async link(): Promise<string> {
		for (let tries = 0; tries < 250; tries++) {
			const link = [...this.#said.matchAll(/https?:\/\/\S+\/sign-in#link=\S+/g)].at(-1)?.[0];
			if (link) return link;
			await new Promise((done) => setTimeout(done, 20));
		}
		throw new Error(`socme up printed no link:\n${this.#said}`);
	}

	/** Ends the program as a person would with Ctrl C. */
	async stop(): Promise<void> {
		const child = this.#process;
		if (!child || child.exitCode !== null || child.signalCode !== null) return;
		const ended = new Promise((done) => child.once('exit', done));
		child.kill('SIGINT');
		const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
		await ended;
		clearTimeout(late);
	}

	async remove(): Promise<void> {
		await this.stop();
		await rm(this.dir, { recursive: true, force: true });
	}

	/** Appends a line to the sensor's file, in one write. */
	async write(line: string | Uint8Array): Promise<void> {
		const bytes = typeof line === 'string' ? Buffer.from(line) : line;
		await appendFile(this.eve, Buffer.concat([bytes, Buffer.from('\n')]));
	}

	log(): string {
		return this.#said;
	}
}

/** A node in a process of its own, in the core's folder. */
export class RemoteNode {
	#data: string;
	#process: ChildProcess | undefined;

	private constructor(data: string) {
		this.#data = data;
	}

	/** Enrols with the token; it does not run yet. */
	static async enrol(core: Core, token: string, folder = 'remote'): Promise<RemoteNode> {
		const data = path.join(core.dir, folder);
		await run('node', 'enrol', token, '--data', data);
		return new RemoteNode(data);
	}

	up(): void {
		this.#process = spawn(binary, ['node', 'run', '--data', this.#data], { stdio: 'ignore' });
	}

	/** Ends it as a loss of power would. */
	async kill(): Promise<void> {
		const child = this.#process;
		if (!child || child.exitCode !== null || child.signalCode !== null) return;
		const ended = new Promise((done) => child.once('exit', done));
		child.kill('SIGKILL');
		await ended;
	}
}

/** Runs the program to its end and gives what it printed; it fails where the program does. */
export async function run(...args: string[]): Promise<string> {
	const { stdout } = await promisify(execFile)(binary, args);
	return stdout;
}

/** Reads a file that the program or the page wrote. */
export function bytesOf(file: string): Promise<Buffer> {
	return readFile(file);
}

/**
 * A port below those that the system gives to whoever connects: nobody takes it before the
 * core does, nor while the core is stopped.
 */
async function freePort(): Promise<number> {
	for (;;) {
		const port = 20_000 + Math.floor(Math.random() * 12_000);
		const server = createServer();
		const free = await new Promise<boolean>((done) => {
			server.once('error', () => done(false));
			server.listen(port, '127.0.0.1', () => done(true));
		});
		await new Promise((done) => server.close(done));
		if (free) return port;
	}
}
