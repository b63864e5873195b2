// Lighthouse on sign-in, overview and alerts, desktop and mobile: the median of five runs.
// It is 200 packages, so it is no part of the page's own; the first run installs it into a
// folder of its own (SOCME_LIGHTHOUSE, or .lighthouse beside the sources).
//
//	node bench/lighthouse.mjs [runs [page]]
//
// Mobile is a processor four times slower than the machine that runs it, so each line has the
// machine's own speed beside it, as Lighthouse measures it (benchmarkIndex): figures of
// machines, or of hours, that differ in it are not alike.
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const version = '12.8.2'; // newer ones need a newer Node than the page does
const runs = Number(process.argv[2] ?? 5);
const web = fileURLToPath(new URL('..', import.meta.url));
const tool = process.env.SOCME_LIGHTHOUSE ?? path.join(web, '.lighthouse');
const binary = process.env.SOCME_BIN ?? path.join(web, '../bin/socme');
const pages = process.argv[3] ? [process.argv[3]] : ['/sign-in', '/', '/alerts'];
const categories = ['performance', 'accessibility', 'best-practices', 'seo'];

async function install() {
	const cli = path.join(tool, 'node_modules/lighthouse/cli/index.js');
	if (existsSync(cli)) return cli;
	console.log(`installing lighthouse ${version} into ${tool}`);
	await mkdir(tool, { recursive: true });
	await writeFile(path.join(tool, 'package.json'), '{"private":true}');
	await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', `lighthouse@${version}`], {
		cwd: tool,
	});
	return cli;
}

async function freePort() {
	const server = createServer();
	await new Promise((done) => server.listen(0, '127.0.0.1', done));
	const { port } = server.address();
	await new Promise((done) => server.close(done));
	return port;
}

/** A core with example data, and the cookie of somebody who is signed in. */
async function start() {
	const data = await mkdtemp(path.join(tmpdir(), 'socme-lighthouse-'));
	const url = `http://127.0.0.1:${await freePort()}`;
	const core = spawn(binary, [
		'up',
		'--demo',
		'--data',
		path.join(data, 'core'),
		'--listen',
		new URL(url).host,
	]);
	let said = '';
	core.stdout.on('data', (text) => (said += text));
	core.stderr.on('data', (text) => (said += text));
	let link;
	while (!(link = said.match(/#link=(\S+)/)?.[1]) || !said.includes(' is ready.')) {
		if (core.exitCode !== null) throw new Error(said);
		await new Promise((done) => setTimeout(done, 50));
	}
	const answer = await fetch(`${url}/api/v1/session/link`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ secret: link }),
	});
	const cookie = answer.headers
		.getSetCookie()
		.map((text) => text.split(';')[0])
		.join('; ');
	const stop = async () => {
		const ended = new Promise((done) => core.once('exit', done));
		core.kill('SIGINT');
		await ended;
		await rm(data, { recursive: true, force: true });
	};
	return { url, cookie, stop };
}

async function once(cli, core, page, preset, dir) {
	const out = path.join(dir, 'report.json');
	const headers = path.join(dir, 'headers.json');
	await writeFile(headers, JSON.stringify(page === '/sign-in' ? {} : { Cookie: core.cookie }));
	await run(
		process.execPath,
		[
			cli,
			core.url + page,
			'--quiet',
			// A page with a live stream never falls silent: to wait 45 s for it shows nothing new.
			'--max-wait-for-load=15000',
			...(preset === 'desktop' ? ['--preset=desktop'] : []),
			`--extra-headers=${headers}`,
			'--output=json',
			`--output-path=${out}`,
			'--chrome-flags=--headless --no-sandbox --disable-gpu --disable-quic --no-first-run',
		],
		{ env: { ...process.env, CHROME_PATH: process.env.CHROMIUM ?? '/usr/bin/chromium' } },
	);
	const report = JSON.parse(await readFile(out, 'utf8'));
	return {
		scores: categories.map((name) => Math.round((report.categories[name]?.score ?? 0) * 100)),
		lost: lost(report),
		machine: report.environment.benchmarkIndex,
	};
}

/** The audits that cost points, each with what it found. */
function lost(report) {
	const counted = Object.values(report.categories).flatMap(({ auditRefs }) =>
		auditRefs.filter(({ weight }) => weight > 0).map(({ id }) => id),
	);
	return [...new Set(counted)]
		.map((id) => report.audits[id])
		.filter(({ score }) => score !== null && score < 0.9)
		.map(({ id, displayValue }) => (displayValue ? `${id} (${displayValue})` : id));
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

const cli = await install();
const core = await start();
const dir = await mkdtemp(path.join(tmpdir(), 'socme-reports-'));
try {
	console.log(`lighthouse ${version}, median of ${runs}: ${categories.join(' / ')}`);
	for (const preset of ['desktop', 'mobile']) {
		for (const page of pages) {
			const all = [];
			// It loses a trace now and then, with a word to try again.
			for (let lost = 0; all.length < runs;)
				await once(cli, core, page, preset, dir).then(
					(one) => all.push(one),
					(error) => {
						if (++lost > 2) throw error;
					},
				);
			const scores = categories.map((_, i) => median(all.map((one) => one.scores[i])));
			const performance = all.map((one) => one.scores[0]);
			const range = `${Math.min(...performance)} to ${Math.max(...performance)}`;
			const machine = Math.round(median(all.map((one) => one.machine)));
			console.log(
				`${preset.padEnd(8)} ${page.padEnd(10)} ${scores.join(' / ')}  (performance ${range}; machine ${machine})`,
			);
			for (const audit of all.at(-1).lost) console.log(`         lost by: ${audit}`);
		}
	}
} finally {
	await core.stop();
	await rm(dir, { recursive: true, force: true });
}
