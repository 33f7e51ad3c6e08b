import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gatherModel } from './onnx-model.js';

export const WIDTH = 8;
const MARKS = ['[PAD]', '[UNK]', '[CLS]', '[SEP]'];
const WORDS = 'the meeting is moved to thursday win a free holiday now longer sentence with comma no . ! ,'.split(' ');

/** `[tokens, WIDTH]` */
export const TABLE = Float32Array.from({ length: (MARKS.length + WORDS.length) * WIDTH }, (_, i) =>
  Math.sin(1 + i * i),
);

/** The ids of lower-case words between the marks for beginning and end. */
export function idsOf(words: string): number[] {
  const ids = words.split(' ').map((word) => MARKS.length + WORDS.indexOf(word));
  return [MARKS.indexOf('[CLS]'), ...ids, MARKS.indexOf('[SEP]')];
}

/** Writes a folder that transformers.js takes for a BERT of `WIDTH` numbers a token, which looks every token up in `TABLE`. */
export function writeTinyModel(folder: string): void {
  mkdirSync(join(folder, 'onnx'), { recursive: true });
  const write = (name: string, contents: object) => writeFileSync(join(folder, name), JSON.stringify(contents));
  writeFileSync(join(folder, 'onnx', 'model.onnx'), gatherModel(TABLE, WIDTH));
  write('config.json', { model_type: 'bert', architectures: ['BertModel'], hidden_size: WIDTH });
  const [pad_token, unk_token, cls_token, sep_token] = MARKS;
  const marks = { pad_token, unk_token, cls_token, sep_token, mask_token: unk_token };
  write('tokenizer_config.json', {
    tokenizer_class: 'BertTokenizer',
    do_lower_case: true,
    model_max_length: 64,
    ...marks,
  });
  write('tokenizer.json', tokenizerFile());
}

function tokenizerFile(): object {
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  const special = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: MARKS.map((content, id) => ({ id, content, ...flags })),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [special('[CLS]'), { Sequence: { id: 'A', type_id: 0 } }, special('[SEP]')],
      pair: [],
      special_tokens: Object.fromEntries(
        ['[CLS]', '[SEP]'].map((mark) => [mark, { id: mark, ids: [MARKS.indexOf(mark)], tokens: [mark] }]),
      ),
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries([...MARKS, ...WORDS].map((token, id) => [token, id])),
    },
  };
}
