import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { resultsPage } from './report/results-page.js';
import type { RunResults } from './report/write-report.js';

// Usage: report-results <folder of verified-writer-*.json> <page.md>
const [rawFolder, page] = process.argv.slice(2);
if (rawFolder === undefined || page === undefined) {
  process.stderr.write('report-results: wanted the folder of raw results and the page to write\n');
  process.exit(2);
}

const runs = readdirSync(rawFolder)
  .filter((name) => /^verified-writer-.*\.json$/.test(name))
  .sort()
  .map((name): RunResults => JSON.parse(readFileSync(join(rawFolder, name), 'utf8')));
const presets = [...new Set(runs.map((run) => run.preset))].sort().reverse();

const introduction = `# verified-writer: results

Written by \`apps/verified-writer/src/report-results.ts\` from \`docs/results/raw/verified-writer-*.json\`; do not edit by hand.

The task: put the last three words before a clause end in order, decoded greedily among the three given words. The language model learns on part of
the State of the Union addresses; D_tr (for the SDM layer), D_ca (for thresholds and regions), the test set and the longer sentences are other
addresses of the same collection; Moby Dick and Brown fiction are other prose. An answer is right when it is exactly what stands in the text, so
some "wrong" answers are other good orders. Test sets of different seeds overlap in sentences, so the pooled counts are not independent.

What the tables may be read to say: a threshold tuned to be right 95 times of 100 on D_ca keeps that on the test set and loses it on other prose,
where the SDM region admits much less and stays near its level. What they do not say: that SDM ranks answers better. At the same share the
log-probability is as accurate, and the probability among the six orders is better, but needs answers that can be enumerated.
`;

const sections = presets.map((preset) => resultsPage(runs.filter((run) => run.preset === preset)));
writeFileSync(page, [introduction, ...sections].join('\n'));
