// One point of the benchmark of growth, alone in a process: takes its sizes as JSON, prints what it took as JSON, and progress on stderr.
import { existsSync, readFileSync } from 'node:fs';
import { measureEpoch } from './epoch.js';
import type { Sizes } from './points.js';
import { measureScoring } from './scoring.js';

const sizes = JSON.parse(process.argv[2] ?? '') as Sizes;
const nodeBytes = process.memoryUsage.rss();
const measure = { epoch: measureEpoch, score: measureScoring }[sizes.what];
const measured = await measure(sizes, (line) => {
  process.stderr.write(`${line}; ${(peakBytes() / 1e6).toFixed(0)} MB at the peak\n`);
});
process.stdout.write(`${JSON.stringify({ ...measured, nodeBytes, peakBytes: peakBytes() })}\n`);

/** The peak of what was resident. `ru_maxrss` counts the process that this one was forked from, so it is only for systems without /proc. */
function peakBytes(): number {
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
  const kibibytes = /VmHWM:\s+(\d+) kB/.exec(status)?.[1];
  return 1024 * Number(kibibytes ?? process.resourceUsage().maxRSS);
}
