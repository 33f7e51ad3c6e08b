import { type Browser, namedProgram } from './browser.js';

/** The Firefox of `SDMJS_FIREFOX`. */
export async function findFirefox(): Promise<Browser> {
  const program = await namedProgram('SDMJS_FIREFOX');
  if (program === undefined) throw new Error('SDMJS_FIREFOX: wanted the path of a Firefox, got nothing; set it');
  return {
    program,
    env: process.env,
    options: (profile, address) => ['--headless', '--no-remote', '--profile', profile, address],
  };
}
