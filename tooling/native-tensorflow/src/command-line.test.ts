import { expect, it } from 'vitest';
import { HELP, parseCommandLine } from './command-line.js';
import { RECIPES } from './pins.js';

it('builds TensorFlow 2.15.1 for the CPU when nothing is said, 2.21.0 for CUDA', () => {
  expect(parseCommandLine([])).toMatchObject({ task: 'build', cacheFolder: undefined });
  expect(parseCommandLine([]).recipe).toMatchObject({ version: '2.15.1', device: 'cpu' });
  expect(parseCommandLine(['--device', 'cuda']).recipe).toMatchObject({ version: '2.21.0', device: 'cuda' });
});

it('takes a version, a cache folder and another task, also behind the -- that pnpm passes on', () => {
  const command = parseCommandLine(['--', '--tensorflow', '2.21.0', '--cache', '/srv/sdmjs', '--find']);
  expect(command).toMatchObject({ task: 'find', cacheFolder: '/srv/sdmjs' });
  expect(command.recipe).toMatchObject({ version: '2.21.0', device: 'cpu' });
  expect(parseCommandLine(['--help']).task).toBe('help');
});

it.each([
  [['--device', 'gpu'], /--device: wanted cpu or cuda, got "gpu"/],
  [['--tensorflow', '2.9.1'], /--tensorflow: wanted 2\.15\.1 or 2\.21\.0 .*, got "2\.9\.1"/],
  [['--cache', ''], /--cache: wanted a folder/],
  [['--version', '2.21.0'], /Unknown option '--version'/],
  [['cuda'], /Unexpected argument 'cuda'/],
])('refuses %j', (argv, message) => {
  expect(() => parseCommandLine(argv)).toThrow(message);
});

it('explains every option, and pins a digest for every download', () => {
  for (const option of ['--device', '--tensorflow', '--cache', '--find', '--help']) expect(HELP).toContain(option);
  for (const { wheels, packages } of RECIPES) {
    for (const { digest } of wheels) expect(digest).toMatch(/^[0-9a-f]{64}$/);
    for (const { digest } of packages) expect(digest).toMatch(/^[A-Za-z0-9+/]{86}==$/);
  }
});
