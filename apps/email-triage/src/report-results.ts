import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { markdownTable } from '@sdmjs-tooling/app-kit';
import { type BinomialInterval, binomialInterval } from '@sdmjs/calibration';
import { REPORTED_SETS, type ReportedSet, SET_TITLES } from './mails/deal-sets.js';
import { RULE_NAMES, type RuleName, type Tally } from './measure.js';
import { RESULTS_FILE, type RunResults } from './report/results.js';
import { formatAlpha, formatShare, GROUP_TITLES, groupsOf, ruleTitle } from './report/results-table.js';

const SINGLE_NOTE = 'With 95 % Clopper–Pearson intervals.';
const POOLED_NOTE =
  'Counted over all seeds together, with 95 % Clopper–Pearson intervals. The sets of different seeds overlap (hard ham is nearly the same mails), so the intervals are too short for that; the last table shows the seeds apart.';

// Usage: report-results <folder of raw results> <page.md> [folder of runs to take results from]
const [rawFolder, page, runFolder] = process.argv.slice(2);
if (rawFolder === undefined || page === undefined) {
  process.stderr.write('report-results: wanted the folder of raw results and the page to write\n');
  process.exit(2);
}

if (runFolder !== undefined) {
  for (const folder of readdirSync(runFolder).filter((name) => name.startsWith('email-triage-'))) {
    const results = readFileSync(join(runFolder, folder, RESULTS_FILE));
    writeFileSync(join(rawFolder, `${folder}.json`), results);
  }
}

const runs = readdirSync(rawFolder)
  .filter((name) => /^email-triage-.*\.json$/.test(name))
  .sort()
  .map((name): RunResults => JSON.parse(readFileSync(join(rawFolder, name), 'utf8')));
const sizes = [...new Set(runs.map(({ mails }) => mails))];
const sections = sizes.map((size) => section(runs.filter(({ mails }) => mails === size)));
writeFileSync(page, [introduction(), ...sections].join('\n'));

function introduction(): string {
  return `# email-triage: results

Written by \`apps/email-triage/src/report-results.ts\` from \`docs/results/raw/email-triage-*.json\`; do not edit by hand.

Ham or spam, from 512 numbers of the Universal Sentence Encoder, lite (the first 128 tokens of subject and body). D_tr, D_ca and test are easy ham and
spam of the Spam Assassin corpus, of every body one mail, dealt anew by each seed; hard ham is ham that looks like spam; Brown sentences are no mails; shuffled
mails are test mails with their words in any order. Softmax is that of the SDM layer's own logits. Each cell: accuracy among what the rule admits / share that it admits.

What the tables say, at 700 mails: on test mails like those of D_ca every rule keeps its level in all four groups, the region with the fewest errors and the smallest
share (.86, softmax .94). Of texts that are no mails the region admits a tenth of what softmax does (.07 against .76). On hard ham no rule is safe: about half of what
each admits is ham taken for spam, and the region still admits .47 of it, between .35 and .57 by seed. To this encoder a newsletter is advertising, near to spam that was
judged rightly, so q and d do not see the shift. Three times as many mails (2,196) change little: the region admits .87 of the test mails at .996 and .05 of what is no mail
(softmax .77), and .43 of hard ham, where less than half of that is right. Shuffled words are hardly a shift: the encoder reads a mail much like a bag of words.

What they do not say: that SDM ranks mails better than softmax at equal shares, which was not compared; nor anything about mail after 2002. Near-copies of one
campaign or thread may lie in two sets: only equal bodies are removed.
`;
}

function section(some: readonly RunResults[]): string {
  const [first] = some;
  if (first === undefined) return '';
  const { counts, targetAccuracy } = first;
  return [
    `## ${first.mails === 'all' ? 'All mails' : `${first.mails} mails in D_tr and in D_ca`}, α = ${formatAlpha(targetAccuracy)}, ${some.length === 1 ? 'seed' : 'seeds'} ${some.map(({ seed }) => seed).join(', ')}`,
    '',
    `D_tr ${counts.support}, D_ca ${counts.calibration}; ${REPORTED_SETS.map((name) => `${SET_TITLES[name]} ${counts[name]}`).join(', ')}. Ran on: ${[...new Set(some.map(({ device }) => device))].join('; ')}.`,
    '',
    some.length === 1 ? SINGLE_NOTE : POOLED_NOTE,
    '',
    ...REPORTED_SETS.flatMap((name) => [`### ${title(name)}`, '', ...pooledTable(some, name), '']),
    '### Each seed by itself',
    '',
    "The SDM region: q' from which it admits, then accuracy / share on each set.",
    '',
    ...seedTable(some),
    '',
  ].join('\n');
}

function title(name: ReportedSet): string {
  return SET_TITLES[name].replace(/^./, (letter) => letter.toUpperCase());
}

function pooledTable(some: readonly RunResults[], name: ReportedSet): string[] {
  return markdownTable(
    ['', ...GROUP_TITLES],
    RULE_NAMES.map((rule) => {
      const groups = some.map((run) => tallies(run, name, rule));
      const cells = GROUP_TITLES.map((_, group) => cell(sum(groups.map((tally) => tally[group]!))));
      return [ruleTitle(rule, some[0]!.targetAccuracy), ...cells];
    }),
  );
}

function seedTable(some: readonly RunResults[]): string[] {
  return markdownTable(
    ['seed', "q'", ...REPORTED_SETS.map((name) => SET_TITLES[name])],
    some.map((run) => [
      String(run.seed),
      run.minRescaledSimilarity?.toFixed(1) ?? 'no region',
      ...REPORTED_SETS.map((name) => short(tallies(run, name, 'region')[0]!)),
    ]),
  );
}

function tallies(run: RunResults, name: ReportedSet, rule: RuleName): Tally[] {
  return groupsOf(run.sets[name].find((report) => report.rule === rule)!);
}

function sum(parts: readonly Tally[]): Tally {
  return parts.reduce((a, b) => ({
    total: a.total + b.total,
    admitted: a.admitted + b.admitted,
    right: a.right === null || b.right === null ? null : a.right + b.right,
  }));
}

function cell({ total, admitted, right }: Tally): string {
  if (total === 0) return '–';
  const withInterval = ({ estimate, lower, upper }: BinomialInterval) =>
    `${formatShare(estimate)} (${formatShare(lower)}–${formatShare(upper)})`;
  const accuracy = right === null || admitted === 0 ? '–' : withInterval(binomialInterval(right, admitted));
  return `${accuracy} / ${withInterval(binomialInterval(admitted, total))}`;
}

function short({ total, admitted, right }: Tally): string {
  const accuracy = right === null || admitted === 0 ? '–' : formatShare(right / admitted);
  return `${accuracy} / ${formatShare(admitted / total)}`;
}
