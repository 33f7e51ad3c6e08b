import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ArmEvidence } from './evidence/arm-evidence.js';
import { EVIDENCE_FILE } from './evidence/arm-evidence.js';
import { EVIDENCE_INTRODUCTION } from './evidence/evidence-introduction.js';
import { evidencePage } from './evidence/evidence-page.js';
import { evidenceSet } from './evidence/evidence-set.js';
import type { NetworkEvidence } from './network/network-evidence.js';
import { resultsIn } from './report/results-in.js';

// Usage: report-evidence <folder of raw results> <page.md> [folder of runs to take results from]
const [rawFolder, page, runs] = process.argv.slice(2);
if (rawFolder === undefined || page === undefined) {
  process.stderr.write('report-evidence: wanted the folder of raw results and the page to write\n');
  process.exit(2);
}
const PREFIX = 'sdm-language-model-';

if (runs !== undefined) {
  for (const evidence of resultsIn<ArmEvidence | NetworkEvidence>(runs, EVIDENCE_FILE)) {
    const name = `${PREFIX}${evidence.preset}-${evidence.arm}-${evidence.seed}.json`;
    writeFileSync(join(rawFolder, name), `${JSON.stringify(evidence)}\n`);
  }
}

const records = readdirSync(rawFolder)
  .filter((name) => name.startsWith(PREFIX) && name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(join(rawFolder, name), 'utf8')) as ArmEvidence | NetworkEvidence);
const presets = [...new Set(records.map(({ preset }) => preset))].sort().reverse();
const pages = presets.map((preset) => evidencePage(evidenceSet(records, preset)));
writeFileSync(page, [EVIDENCE_INTRODUCTION, ...pages].join('\n'));
