// Fails when a package depends on a layer that is not below it, imports what it does not declare, or reads chance or
// the environment behind its caller's back. The rules are in layer-rules.mjs. Apps and tooling are exempt.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { arrowViolations, importViolations, textViolations } from './layer-rules.mjs';
import { filesBelow, finish, repositoryRoot } from './repository.mjs';

const violations = [];
const folders = readdirSync(join(repositoryRoot, 'packages'));
for (const folder of folders) {
  const manifest = JSON.parse(readFileSync(join(repositoryRoot, 'packages', folder, 'package.json'), 'utf8'));
  violations.push(...arrowViolations(manifest));
  for (const path of filesBelow(`packages/${folder}/src`, /\.tsx?$/)) {
    const source = { path, text: readFileSync(join(repositoryRoot, path), 'utf8') };
    violations.push(...importViolations(manifest, source), ...textViolations(manifest, source));
  }
}
finish('layers', `${folders.length} packages`, violations);
