import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { resultsPage } from './report/results-page.js';
import { resultsIn } from './report/results-in.js';
import { RESULTS_FILE, type RunResults } from './report/write-report.js';

// Usage: report-results <folder of raw results> <page.md> [folder of runs to take results from]
const [rawFolder, page, runFolder] = process.argv.slice(2);
if (rawFolder === undefined || page === undefined) {
  process.stderr.write('report-results: wanted the folder of raw results and the page to write\n');
  process.exit(2);
}

if (runFolder !== undefined) {
  for (const results of resultsIn<RunResults>(runFolder, RESULTS_FILE)) {
    const name = `verified-writer-${results.preset}-${results.arm}-${results.seed}.json`;
    writeFileSync(join(rawFolder, name), `${JSON.stringify(results, null, 1)}\n`);
  }
}

const runs = readdirSync(rawFolder)
  .filter((name) => /^verified-writer-.*\.json$/.test(name))
  .sort()
  .map((name): RunResults => JSON.parse(readFileSync(join(rawFolder, name), 'utf8')));
const kindOf = ({ preset, arm }: RunResults) => `${preset} ${arm}`;
const kinds = [...new Set(runs.map(kindOf))].sort().reverse();

const introduction = `# verified-writer: results

Written by \`apps/verified-writer/src/report-results.ts\` from \`docs/results/raw/verified-writer-*.json\`; do not edit by hand.

The task: put the last three words before a clause end in order, decoded greedily among the three given words. The language model learns on part of
the State of the Union addresses; D_tr (for the SDM layer), D_ca (for thresholds and regions), the test set and the longer sentences are other
addresses of the same collection; Moby Dick and Brown fiction are other prose. An answer is right when it is exactly what stands in the text, so
some "wrong" answers are other good orders. Test sets of different seeds overlap in sentences, so the pooled counts are not independent.

What the tables say: thresholds on the verdict, on a regression over the same features and on the six orders, tuned to be right 95 times of 100 on
D_ca, keep that on the test set and fall to .81–.87 on other prose; thresholds on token probabilities fall less, to .86–.95. The SDM region admits
much less, on other prose less still, and stays above its level; in one seed of five (study) and two of three (laptop) it does not exist at .95, for
either arm, and nothing is admitted: a few refuted answers too many lie in the best cut, see the ladders below.

What they do not say: that SDM ranks answers better. At the same share the log-probability is about as accurate, and the probability among the six
orders is better, but needs answers that can be enumerated. Admitted counts on the shifted sets are small (tens), so their accuracies are rough. The
two arms differ in nothing that these tables can show; [all arms](sdm-language-model.md). The first version of the app, another way of fine-tuning
and smaller D_ca, gave [these results](first-writer.md). The arms were run with the code of commit 46f8250, the laptop preset with 47abdf8 on native
TensorFlow: 892, 1,034 and 932 s from the command to its end, pretraining (about 3 min, shared by the arms of a seed) included, on two cores that did
other work besides.
`;

const sections = kinds.map((kind) => resultsPage(runs.filter((run) => kindOf(run) === kind)));
writeFileSync(page, [introduction, ...sections].join('\n'));
