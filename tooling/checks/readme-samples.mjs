// Type-checks every block fenced as `ts` in the READMEs as a module of its own, against the sources of the workspace.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { documents, samples } from './markdown.mjs';
import { finish, repositoryRoot } from './repository.mjs';

const modules = readmeModules();
const program = ts.createProgram([...modules.keys()], compilerOptions(), sampleHost(modules, compilerOptions()));
const violations = [...modules].flatMap(([file, sample]) => diagnosticsOf(program, file, sample));
finish('readme samples', `${modules.size} samples`, violations);

function readmeModules() {
  const found = new Map();
  for (const { path, text } of documents().filter(({ path }) => /(^|\/)README\.md$/.test(path)))
    for (const sample of samples(text))
      found.set(join(repositoryRoot, `${path}.line-${sample.line}.mts`), { ...sample, path });
  return found;
}

function compilerOptions() {
  const { config } = ts.readConfigFile(join(repositoryRoot, 'tooling/typescript/tsconfig.base.json'), ts.sys.readFile);
  return ts.convertCompilerOptionsFromJson(config.compilerOptions, repositoryRoot).options;
}

/** Reads samples from memory; a sample imports what any package or app could, its own folder first. */
function sampleHost(found, options) {
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (file) => found.has(file) || fileExists(file);
  host.readFile = (file) => found.get(file)?.text ?? readFile(file);
  host.getSourceFile = (file, target, ...rest) =>
    found.has(file)
      ? ts.createSourceFile(file, `${found.get(file).text}\nexport {};\n`, target)
      : getSourceFile.call(host, file, target, ...rest);
  const folders = ['packages', 'apps'].flatMap((parent) =>
    readdirSync(join(repositoryRoot, parent)).map((folder) => join(repositoryRoot, parent, folder, 'sample.mts')),
  );
  host.resolveModuleNameLiterals = (literals, file, redirect, _, source) =>
    literals.map((literal) => {
      const mode = ts.getModeForUsageLocation(source, literal, options);
      const places = found.has(file) ? [file, ...folders] : [file];
      for (const place of places) {
        const resolved = ts.resolveModuleName(literal.text, place, options, host, undefined, redirect, mode);
        if (resolved.resolvedModule) return resolved;
      }
      return { resolvedModule: undefined };
    });
  return host;
}

function diagnosticsOf(checked, file, { path, line }) {
  const source = checked.getSourceFile(file);
  return [...checked.getSyntacticDiagnostics(source), ...checked.getSemanticDiagnostics(source)].map((diagnostic) => {
    const offset = source.getLineAndCharacterOfPosition(diagnostic.start ?? 0).line;
    return `${path}:${line + offset} ${ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n')}`;
  });
}
