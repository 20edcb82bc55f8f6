import './create-api-key.ts';
import './create-application.ts';
import './create-realtime-session.ts';
import './node.ts';
import './realtime-session.ts';
import './realtime-sessions.ts';
import './revoke-api-key.ts';
import './revoke-realtime-session.ts';
import './scalars.ts';
import './session-events.ts';
import './set-policy.ts';
import './suspend-user.ts';
import './users.ts';
import './viewer.ts';
import { builder } from './builder.ts';

/** The whole schema: every file above has added its nouns to the builder. */
export const schema = builder.toSchema();
