export { createOpenAiEncoder, type OpenAiEncoderOptions } from './openai-encoder.js';
export type { RetryOptions } from './retry.js';
