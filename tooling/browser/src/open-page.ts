import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Browser } from './browser.js';
import type { Failure, Report } from './page/report.js';
import type { Situation } from './situations.js';
import { workerThreads } from './worker-threads.js';

const SECONDS = 120;
const HTML = '<!doctype html><meta charset="utf-8"><script src="page.js"></script>';

/** Serves a page with a script, opens it in a browser of its own, and gives what the page reports. Throws what went wrong. */
export async function openPage(browser: Browser, script: string, situation: Situation): Promise<Report> {
  const profile = mkdtempSync(join(tmpdir(), 'sdmjs-browser-'));
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/${situation.inWorker ? '?in-worker' : ''}`;
  const running = startBrowser(browser, profile, address);
  try {
    return await new Promise<Report>((resolve, reject) => {
      server.on('request', (request, response) => {
        answer({ request, response, script, situation, running }, resolve).catch(reject);
      });
      failWith(running, browser.program, reject);
    });
  } finally {
    server.close();
    server.closeAllConnections();
    await end(running);
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly script: string;
  readonly situation: Situation;
  readonly running: ChildProcess;
}

async function answer(exchange: Exchange, onReport: (report: Report) => void): Promise<void> {
  const { request, response, script, situation, running } = exchange;
  const send = (type: string, body: string) =>
    response.writeHead(200, { ...situation.headers, 'content-type': type, 'cache-control': 'no-store' }).end(body);
  const { pathname } = new URL(request.url!, 'http://localhost');
  if (pathname === '/page.js') send('text/javascript', script);
  else if (pathname === '/threads') send('application/json', JSON.stringify(workerThreads(running.pid!)));
  else if (pathname === '/report') {
    const report = JSON.parse(await text(request)) as Report | Failure;
    send('text/plain', '');
    if ('failure' in report) throw new Error(report.failure);
    onReport(report);
  } else send('text/html', HTML);
}

/** In a process group of its own, which ends as a whole. */
function startBrowser({ program, env, options }: Browser, profile: string, address: string): ChildProcess {
  return spawn(program, options(profile, address), { env, detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
}

/** Rejects when the browser cannot be started, ends, or takes too long. */
function failWith(running: ChildProcess, program: string, reject: (error: Error) => void): void {
  let said = '';
  running.stderr!.setEncoding('utf8').on('data', (piece: string) => {
    said += piece;
  });
  const fail = (why: string) => reject(new Error(`${program} ${why}; it said:\n${said}`));
  const timer = setTimeout(() => fail(`gave no report in ${SECONDS} s`), 1000 * SECONDS);
  running.once('error', ({ message }) => fail(message));
  running.once('exit', (status, signal) => {
    clearTimeout(timer);
    fail(`ended with ${status ?? signal}`);
  });
}

async function end(running: ChildProcess): Promise<void> {
  if (running.pid === undefined || running.exitCode !== null || running.signalCode !== null) return;
  const ended = once(running, 'exit');
  process.kill(-running.pid, 'SIGKILL');
  await ended;
}
