-- The trail is sealed: each event gets a gapless sequence and a keyed MAC, and each batch of them a signed head, chained
-- to the one before. The keys are the gateway's; the database never sees them. Events themselves stay as they are.

-- Which batch a seal belongs to, and by which key it was made, its head says: the one whose range holds its sequence.
-- No foreign keys: a seal has to outlive its event, so that a missing event is found.
CREATE TABLE audit_seal (
  sequence bigint NOT NULL CHECK (sequence > 0),
  event_id uuid NOT NULL,
  mac bytea NOT NULL CHECK (length(mac) = 32),
  PRIMARY KEY (sequence)
);
CREATE UNIQUE INDEX audit_seal_event_id_key ON audit_seal (event_id);

CREATE TABLE audit_head (
  batch bigint NOT NULL CHECK (batch > 0),
  first_sequence bigint NOT NULL,
  last_sequence bigint NOT NULL,
  -- SHA-256 of the batch's MACs, in order.
  digest bytea NOT NULL CHECK (length(digest) = 32),
  sealed_at timestamptz(6) NOT NULL,
  key_id text NOT NULL,
  -- Of all that, and of the mac of the head before.
  mac bytea NOT NULL CHECK (length(mac) = 32),
  PRIMARY KEY (batch),
  CONSTRAINT audit_head_not_empty CHECK (last_sequence >= first_sequence)
);

-- Events of a user, newest first. What else the trail can be filtered by is found by reading it in order: each further
-- index would be written by every mint.
CREATE INDEX audit_event_user_id_id_idx ON audit_event (user_id, id);
