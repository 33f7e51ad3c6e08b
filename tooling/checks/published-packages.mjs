// Packs every public package as the registry would get it, then looks at the archive the way its users will:
// publint, attw, and plain Node importing each entry, and training in worker threads, from a folder outside the repository.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { filesBelow, finish, repositoryRoot } from './repository.mjs';

/** The program of the threads is a file that the package has to find; without it there is a warning. */
const TRAIN_IN_THREADS = `
  import { trainModel } from '@sdmjs/training';
  const examples = Array.from({ length: 80 }, (_, i) => ({ id: 'row-' + i, label: i % 2, features: Float32Array.of(i % 2, Math.sin(i)) }));
  const sets = { trainingSet: examples.slice(0, 40), calibrationSet: examples.slice(40), representationSize: 2, epochs: 1, alphaResolution: 0.25 };
  const onProgress = (event) => { if (event.kind === 'warning') throw new Error(event.message); };
  await trainModel({ ...sets, rounds: 2, parallelRounds: 2, onProgress });`;

const consumer = mkdtempSync(join(tmpdir(), 'sdm-consumer-'));
const violations = [];
const packages = publicPackages();
try {
  for (const { folder, manifest } of packages) install(folder, manifest);
  for (const { folder, manifest } of packages) linkThirdParties(folder, manifest);
  for (const { manifest } of packages) check(manifest);
  attempt('@sdmjs/training', 'node', ['--input-type=module', '--eval', TRAIN_IN_THREADS], consumer);
} finally {
  rmSync(consumer, { recursive: true });
}
finish('published packages', `${packages.length} packages`, violations);

function publicPackages() {
  return filesBelow('packages', /^package\.json$/)
    .map((path) => ({
      folder: join(repositoryRoot, dirname(path)),
      manifest: JSON.parse(readFileSync(join(repositoryRoot, path), 'utf8')),
    }))
    .filter(({ manifest }) => !manifest.private && manifest.name);
}

function install(folder, { name }) {
  execFileSync('pnpm', ['pack', '--pack-destination', consumer], { cwd: folder, stdio: 'pipe' });
  const target = installed(name);
  mkdirSync(target, { recursive: true });
  execFileSync('tar', ['-xzf', archive(name), '-C', target, '--strip-components=1']);
}

/** What a user would have installed: dependencies and peers, taken from the workspace. */
function linkThirdParties(folder, { dependencies = {}, peerDependencies = {} }) {
  for (const name of Object.keys({ ...dependencies, ...peerDependencies })) {
    const source = join(folder, 'node_modules', name);
    if (existsSync(installed(name)) || !existsSync(source)) continue;
    mkdirSync(dirname(installed(name)), { recursive: true });
    symlinkSync(source, installed(name));
  }
}

function check({ name }) {
  attempt(name, 'pnpm', ['exec', 'publint', 'run', archive(name), '--strict'], repositoryRoot);
  attempt(name, 'pnpm', ['exec', 'attw', archive(name), '--profile', 'esm-only', '--format', 'ascii'], repositoryRoot);
  const { exports } = JSON.parse(readFileSync(join(installed(name), 'package.json'), 'utf8'));
  for (const [subpath, target] of Object.entries(exports)) {
    // Contract suites import vitest, which loads only inside a test run.
    if (typeof target === 'string' || subpath === './testing') continue;
    const specifier = `${name}${subpath.slice(1)}`;
    const program = `if (Object.keys(await import('${specifier}')).length === 0) throw new Error('exports nothing')`;
    attempt(specifier, 'node', ['--input-type=module', '--eval', program], consumer);
  }
}

function attempt(what, program, parameters, cwd) {
  try {
    execFileSync(program, parameters, { cwd, stdio: 'pipe', encoding: 'utf8' });
  } catch (failure) {
    violations.push(
      `${what}: ${parameters.includes('--eval') ? 'plain Node' : parameters[1]} failed\n${failure.stdout}${failure.stderr}`,
    );
  }
}

function installed(name) {
  return join(consumer, 'node_modules', name);
}

function archive(name) {
  const start = `${name.replace('@', '').replace('/', '-')}-`;
  return join(
    consumer,
    readdirSync(consumer).find((file) => file.startsWith(start) && file.endsWith('.tgz')),
  );
}
