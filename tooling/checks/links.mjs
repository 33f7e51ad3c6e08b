// Fails when a document links to a file or heading of this repository that is not there, or names such a path in backticks.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { anchors, documents, references } from './markdown.mjs';
import { finish, repositoryRoot } from './repository.mjs';

const violations = [];
let count = 0;
for (const { path, text } of documents()) {
  for (const { target, line } of references(text)) {
    count += 1;
    const [file, anchor] = target.split('#');
    const absolute = file.startsWith('/') ? join(repositoryRoot, file) : resolve(repositoryRoot, dirname(path), file);
    const wanted = file === '' ? join(repositoryRoot, path) : absolute;
    if (!existsSync(wanted)) violations.push(`${path}:${line} there is no ${target}`);
    else if (anchor && !anchors(readFileSync(wanted, 'utf8')).includes(anchor))
      violations.push(`${path}:${line} there is no heading for ${target}`);
  }
}
finish('links', `${count} references`, violations);
