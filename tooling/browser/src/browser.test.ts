import { availableParallelism } from 'node:os';
import { createPlainKernels } from '@sdmjs/kernels';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundlePage } from './bundle-page.js';
import type { Browser } from './browser.js';
import { findChromium } from './chromium.js';
import { findFirefox } from './firefox.js';
import { openPage } from './open-page.js';
import { digestsOf, kernelResults } from './page/kernel-results.js';
import { type ModelResults, modelResults } from './page/model-results.js';
import type { Report } from './page/report.js';
import { situations } from './situations.js';

/** What `deterministic: false` may give where `loadKernels()` gives these. */
const RELAXED = { simd: ['relaxed-simd', 'simd'], plain: ['plain'] };
/** Kernels with products of matrices, which the relaxed build may round otherwise. */
const PRODUCTS = ['multiplyTransposed', 'multiply', 'thinAdam'];

it('bundles kernels, training, estimators and model files for a page, without a module of Node', async () => {
  expect((await bundlePage()).match(/__require\(.*?\)/g)).toBeNull();
});

// Opt-in: `pnpm test:browser`.
if (process.env['SDMJS_TEST_BROWSER']) {
  describe('in Chromium', () => inBrowser(findChromium));
  if (process.env['SDMJS_FIREFOX']) describe('in Firefox', () => inBrowser(findFirefox));
}

function inBrowser(find: () => Promise<Browser>): void {
  let browser: Browser;
  let script: string;
  let digests: Report['digests'];
  let model: ModelResults;

  beforeAll(async () => {
    browser = await find();
    script = await bundlePage();
    digests = await digestsOf(await kernelResults(createPlainKernels()));
    model = await modelResults({ parallelRounds: 1 });
    expect(model).toMatchObject({ estimatesAfterReading: model.estimates, warnings: [] });
    expect(model.admitted).toBeGreaterThan(0);
  }, 600_000);

  for (const [name, situation] of Object.entries(situations)) {
    it(`${name}: ${situation.kernels} kernels, ${situation.threads} at work, the bits of Node`, {
      timeout: 180_000,
    }, async () => {
      const report = await openPage(browser, script, situation);
      const { isIsolated, maySleep, kernels, relaxed, worked, made } = report;
      console.log(
        `${name}: ${report.userAgent}, ${relaxed.name} if asked for, milliseconds of threads: ${worked.join(', ') || 'none'}`,
      );
      expect(report).toMatchObject({ digests, different: [], errors: [], left: 0 });
      expect({ isIsolated, maySleep, kernels: kernels.name }).toEqual({
        isIsolated: name.startsWith('isolated'),
        maySleep: situation.inWorker === true,
        kernels: situation.kernels,
      });
      expect(RELAXED[situation.kernels]).toContain(relaxed.name);
      const mayDiffer = relaxed.name === 'relaxed-simd' ? PRODUCTS : [];
      expect(relaxed.different.filter((kernel) => !mayDiffer.includes(kernel))).toEqual([]);
      expect(worked).toHaveLength(situation.threads - 1);
      for (const milliseconds of worked) expect(milliseconds).toBeGreaterThan(0);
      // Training and the estimators start threads of their own where the machine runs more than one.
      if (situation.threads > 1 && availableParallelism() > 1) expect(made).toBeGreaterThan(situation.threads - 1);
      // Rounds side by side take threads of Node.
      expect(report.model).toEqual({ ...model, warnings: [expect.stringContaining('thread')] });
    });
  }
}
