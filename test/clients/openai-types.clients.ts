import type OpenAI from 'openai';
import { expectTypeOf, test } from 'vitest';
import type {
  ClientSecretParams,
  TranslationSecretParams,
  toClientSecretParams,
  toCreateInput,
} from '../../client/src/agents.ts';

type Body = NonNullable<Parameters<OpenAI['realtime']['clientSecrets']['create']>[0]>;
type TranslationBody = Parameters<OpenAI['realtime']['translations']['clientSecrets']['create']>[0];

// Checked by tsc, which runs before these tests.
test('what OpenAI’s SDK takes, and what we make of an input, are one type', () => {
  expectTypeOf<Body>().toExtend<ClientSecretParams>();
  expectTypeOf<ClientSecretParams>().toExtend<Body>();
  expectTypeOf<TranslationBody>().toExtend<TranslationSecretParams>();
  expectTypeOf<TranslationSecretParams>().toExtend<TranslationBody>();
  expectTypeOf<Body>().toExtend<Parameters<typeof toCreateInput>[0]>();
  expectTypeOf<ReturnType<typeof toClientSecretParams>>().toExtend<Body | TranslationBody>();
});
