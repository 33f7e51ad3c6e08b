import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';

/** The script of the page with everything in it, as a site would serve it. Throws if it wants a module of Node. */
export async function bundlePage(): Promise<string> {
  const outDir = mkdtempSync(join(tmpdir(), 'sdmjs-page-'));
  try {
    await build({
      config: false,
      silent: true,
      entry: { page: fileURLToPath(new URL('page/main.ts', import.meta.url)) },
      format: 'iife',
      platform: 'browser',
      target: 'es2022',
      outDir,
      outExtension: () => ({ js: '.js' }),
      noExternal: [/.*/],
      esbuildOptions(options) {
        options.conditions = ['source', 'browser', 'module', 'import'];
      },
    });
    return readFileSync(join(outDir, 'page.js'), 'utf8');
  } finally {
    rmSync(outDir, { recursive: true });
  }
}
