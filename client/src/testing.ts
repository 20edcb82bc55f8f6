export {
  createFakeGateway,
  type FakeFailure,
  type FakeGateway,
  type FakeOptions,
  type FakeRefusal,
} from './testing/fake-gateway.ts';
