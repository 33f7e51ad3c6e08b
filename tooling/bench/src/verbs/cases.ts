/** A command that is tried, and how its process is treated. */
export interface VerbCase {
  readonly words: readonly string[];
  readonly exitCode: number;
  /** `closed`: whoever reads its output leaves after a line; a path: output goes there. */
  readonly output?: 'closed' | '/dev/full';
  /** A signal after some text has been seen on standard error or output. */
  readonly signal?: { readonly name: 'SIGINT' | 'SIGKILL'; readonly after: RegExp };
}

const DATA = ['--training', 'training.jsonl', '--calibration', 'calibration.jsonl'];
const TRAIN = ['train', ...DATA, '--class-names', 'ham,spam', '--exemplar-dimension', '256', '--learning-rate', '1e-3'];
const ON_TEST = ['--model', 'm.sdmkitmodel', '--input', 'test.jsonl'];
/** It opens, and nobody can read its beginning, root neither (Linux). */
const UNREADABLE = '/proc/self/mem';
const EPOCH = /epoch [3-9]/;

const works = (...words: string[]): VerbCase => ({ words, exitCode: 0 });
const refused = (...words: string[]): VerbCase => ({ words, exitCode: 2 });

/** What a user does from mails to answers, in this order: later ones use what earlier ones wrote. */
export const JOURNEY: readonly VerbCase[] = [
  works('embed', '--input', 'mails.jsonl', '--output', 'rows.jsonl', '--cache-folder', 'cache'),
  works('split', '--input', 'rows.jsonl', '--output-folder', '.', '--parts', 'training=0.4,calibration=0.4,test=0.2'),
  works('split', '--check', 'training.jsonl', 'calibration.jsonl', 'test.jsonl'),
  works('inspect', '--input', 'training.jsonl'),
  works('plan', '--rows', '360', '--features', '512', '--exemplar-dimension', '256'),
  {
    words: [...TRAIN, '--output', 'm.sdmkitmodel', '--epochs', '60', '--checkpoint', 'run.safetensors', '--json'],
    exitCode: -1,
    signal: { name: 'SIGKILL', after: /"epoch":[3-9]/ },
  },
  works(...TRAIN, '--output', 'm.sdmkitmodel', '--epochs', '60', '--checkpoint', 'run.safetensors'),
  works('inspect', '--model', 'm.sdmkitmodel'),
  works('evaluate', ...ON_TEST, '--output', 'report.json'),
  works('certify', ...ON_TEST),
  works('explain', ...ON_TEST, '--id', 'FIRST'),
  works('score', ...ON_TEST, '--output', 'scores.jsonl'),
  works('recalibrate', '--model', 'm.sdmkitmodel', '--output', 'finer.sdmkitmodel', '--alpha-resolution', '0.01'),
  works('completion', 'bash'),
  works('demo', '--output-folder', 'demo'),
];

/** Bad input and bad endings, after the journey. */
export const TROUBLE: readonly VerbCase[] = [
  ...['score', 'evaluate', 'certify'].map((verb) => refused(verb, '--model', 'm.sdmkitmodel', '--input', 'bad.jsonl')),
  refused('explain', '--model', 'm.sdmkitmodel', '--input', 'bad.jsonl', '--id', 'FIRST'),
  refused('train', '--training', 'bad.jsonl', '--calibration', 'calibration.jsonl', '--output', 'o.sdmkitmodel'),
  refused('embed', '--input', 'bad.jsonl', '--output', 'o.jsonl', '--no-cache'),
  refused('split', '--input', 'bad.jsonl', '--output-folder', 'o', '--parts', 'a=0.5,b=0.5'),
  refused('inspect', '--input', 'bad.jsonl'),
  ...['score', 'evaluate', 'certify'].map((verb) =>
    refused(verb, '--model', 'm.sdmkitmodel', '--input', 'demo/test.jsonl'),
  ),
  refused(
    'train',
    '--training',
    'training.jsonl',
    '--calibration',
    'demo/calibration.jsonl',
    '--output',
    'o.sdmkitmodel',
  ),
  refused('explain', '--model', 'm.sdmkitmodel', '--input', 'demo/test.jsonl', '--id', 'test-7'),
  refused('score', '--model', 'm.sdmkitmodel', '--input', 'twice.jsonl'),
  refused('train', '--training', 'training.jsonl', '--calibration', 'training.jsonl', '--output', 'o.sdmkitmodel'),
  ...['score', 'evaluate', 'certify'].map((verb) => refused(verb, '--model', 'm.sdmkitmodel', '--input', UNREADABLE)),
  refused('explain', '--model', 'm.sdmkitmodel', '--input', UNREADABLE, '--id', 'FIRST'),
  refused('train', '--training', UNREADABLE, '--calibration', 'calibration.jsonl', '--output', 'o.sdmkitmodel'),
  refused('embed', '--input', UNREADABLE, '--output', 'o.jsonl', '--no-cache'),
  refused('split', '--check', UNREADABLE, 'test.jsonl'),
  refused('inspect', '--input', UNREADABLE),
  refused('inspect', '--model', 'demo'),
  refused('recalibrate', '--model', 'nowhere', '--output', 'o.sdmkitmodel'),
  refused('plan', '--rows', '-3', '--features', '5'),
  refused('demo', '--output-folder', '/proc/nowhere'),
  refused('score', ...ON_TEST, '--output', '/proc/nowhere.jsonl'),
  refused('embed', '--input', 'mails.jsonl', '--output', '/proc/nowhere.jsonl', '--cache-folder', 'cache'),
  ...['score', 'evaluate', 'certify'].map((verb) => ({ ...refused(verb, ...ON_TEST), output: '/dev/full' as const })),
  { ...refused('explain', ...ON_TEST, '--id', 'FIRST'), output: '/dev/full' },
  { ...refused('train', '--help'), output: '/dev/full' },
  { ...works('score', ...ON_TEST), output: 'closed' },
  { ...works('completion', 'bash'), output: 'closed' },
  {
    words: [...TRAIN, '--output', 'i.sdmkitmodel', '--epochs', '2000'],
    exitCode: 130,
    signal: { name: 'SIGINT', after: EPOCH },
  },
  {
    words: ['embed', '--input', 'mails.jsonl', '--output', 'o.jsonl', '--cache-folder', 'cache2', '--json'],
    exitCode: 130,
    signal: { name: 'SIGINT', after: /"stage":"encoding"/ },
  },
  {
    words: ['plan', '--rows', '20000', '--features', '4000', '--json'],
    exitCode: 130,
    signal: { name: 'SIGINT', after: /"stage":"measuring"/ },
  },
  { words: ['demo', '--output-folder', 'demo2'], exitCode: 130, signal: { name: 'SIGINT', after: /Made-up/ } },
];
