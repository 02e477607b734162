-- The first form of the store. Times are milliseconds of UTC since 1970, money is cents.
-- `seq` of a row is the event of the audit that brought it into its state.
-- `reopened` counts how often an operator led it back out of a parked state.

CREATE TABLE identity (
  id TEXT PRIMARY KEY,  -- of this store, in every checkpoint
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE partners (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  paused INTEGER NOT NULL DEFAULT 0,
  reason TEXT NOT NULL DEFAULT '',
  changed_at INTEGER NOT NULL,
  seq INTEGER NOT NULL
) STRICT;

CREATE TABLE payloads (
  id TEXT PRIMARY KEY,
  role TEXT NOT NULL,
  size INTEGER NOT NULL,
  digest TEXT NOT NULL,
  file INTEGER,
  sealed_at INTEGER NOT NULL,
  legal_hold INTEGER NOT NULL DEFAULT 0,
  shredded_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX payloads_of_file ON payloads (file);
CREATE INDEX payloads_kept ON payloads (sealed_at) WHERE shredded_at IS NULL AND legal_hold = 0;

CREATE TABLE files (
  id INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL,
  practice TEXT NOT NULL,
  door TEXT NOT NULL,
  payload TEXT NOT NULL,
  digest TEXT NOT NULL,
  size INTEGER NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  claims INTEGER,
  received_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  reopened INTEGER NOT NULL DEFAULT 0,
  seq INTEGER NOT NULL,
  UNIQUE (tenant, practice, digest)
) STRICT;
CREATE INDEX files_in_state ON files (state, changed_at);
CREATE INDEX files_received ON files (received_at);

CREATE TABLE interchanges (
  id INTEGER PRIMARY KEY,
  file INTEGER NOT NULL REFERENCES files,
  ordinal INTEGER NOT NULL,
  tenant TEXT NOT NULL,
  identity TEXT NOT NULL,
  digest TEXT NOT NULL,
  control TEXT NOT NULL,
  sender TEXT NOT NULL,
  receiver TEXT NOT NULL,
  usage TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  changed_at INTEGER NOT NULL,
  reopened INTEGER NOT NULL DEFAULT 0,
  seq INTEGER NOT NULL,
  UNIQUE (file, ordinal),
  UNIQUE (tenant, identity, digest)
) STRICT;
CREATE INDEX interchanges_in_state ON interchanges (state, changed_at);

CREATE TABLE sets (
  id INTEGER PRIMARY KEY,
  file INTEGER NOT NULL REFERENCES files,
  interchange INTEGER NOT NULL REFERENCES interchanges,
  ordinal INTEGER NOT NULL,
  code TEXT NOT NULL,
  control TEXT NOT NULL,
  group_control TEXT NOT NULL,
  claims INTEGER NOT NULL,
  digest TEXT NOT NULL,
  suspect_key TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  changed_at INTEGER NOT NULL,
  reopened INTEGER NOT NULL DEFAULT 0,
  seq INTEGER NOT NULL,
  UNIQUE (file, ordinal)
) STRICT;
CREATE INDEX sets_in_state ON sets (state, changed_at);
CREATE INDEX sets_suspect ON sets (suspect_key);

CREATE TABLE transmissions (
  id INTEGER PRIMARY KEY,
  partner INTEGER NOT NULL REFERENCES partners,
  key TEXT NOT NULL UNIQUE,
  payload TEXT NOT NULL,
  digest TEXT NOT NULL,
  size INTEGER NOT NULL,
  control TEXT NOT NULL,
  usage TEXT NOT NULL,
  batches INTEGER NOT NULL,
  claims INTEGER NOT NULL,
  charges INTEGER NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  receipt TEXT NOT NULL DEFAULT '',
  tries INTEGER NOT NULL DEFAULT 0,
  begun_at INTEGER,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  reopened INTEGER NOT NULL DEFAULT 0,
  seq INTEGER NOT NULL
) STRICT;
CREATE INDEX transmissions_in_state ON transmissions (state, changed_at);
CREATE INDEX transmissions_of_partner ON transmissions (partner, state);
CREATE INDEX transmissions_by_control ON transmissions (partner, control);

CREATE TABLE batches (
  id INTEGER PRIMARY KEY,
  file INTEGER NOT NULL REFERENCES files,
  set_id INTEGER NOT NULL REFERENCES sets,
  ordinal INTEGER NOT NULL,
  partner INTEGER NOT NULL REFERENCES partners,
  payload TEXT NOT NULL,
  start INTEGER NOT NULL,
  length INTEGER NOT NULL,
  claims INTEGER NOT NULL,
  own INTEGER NOT NULL DEFAULT 0,  -- so many of them have a state of their own
  charges INTEGER NOT NULL,
  ruleset TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  transmission INTEGER REFERENCES transmissions,
  group_control TEXT NOT NULL DEFAULT '',
  set_control TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  reopened INTEGER NOT NULL DEFAULT 0,
  seq INTEGER NOT NULL,
  UNIQUE (file, ordinal)
) STRICT;
CREATE INDEX batches_in_state ON batches (state, changed_at, claims, own);
CREATE INDEX batches_ready ON batches (partner) WHERE state = 'SCRUBBED' AND transmission IS NULL;
CREATE INDEX batches_in_transmission ON batches (transmission) WHERE transmission IS NOT NULL;
CREATE INDEX batches_by_group ON batches (partner, group_control) WHERE transmission IS NOT NULL;

CREATE TABLE claims (
  id INTEGER PRIMARY KEY,
  file INTEGER NOT NULL REFERENCES files,
  set_id INTEGER NOT NULL REFERENCES sets,
  batch INTEGER REFERENCES batches,
  ordinal INTEGER NOT NULL,
  token TEXT NOT NULL,
  trace TEXT NOT NULL,
  charge INTEGER NOT NULL,
  state TEXT,  -- of its own; else its batch's
  code TEXT NOT NULL,
  corrects INTEGER,
  reopened INTEGER NOT NULL DEFAULT 0,
  added INTEGER NOT NULL,  -- the event that added it
  seq INTEGER NOT NULL,
  CHECK (state IS NOT NULL OR batch IS NOT NULL),
  UNIQUE (file, ordinal)
) STRICT;
-- Tokens come in no order. One index over all of them would touch a page of its own for almost every
-- claim; this one is cut into blocks of 4,096 claims and grows at its end only. A search looks into
-- each block (store/sqlite/questions.py).
CREATE INDEX claims_by_token ON claims (id >> 12, token);
CREATE INDEX claims_own ON claims (state, batch) WHERE state IS NOT NULL;
CREATE INDEX claims_of_batch ON claims (batch) WHERE batch IS NOT NULL;
CREATE INDEX claims_beside ON claims (file) WHERE batch IS NULL;

CREATE TABLE acknowledgments (
  id INTEGER PRIMARY KEY,
  partner INTEGER NOT NULL REFERENCES partners,
  payload TEXT NOT NULL,
  digest TEXT NOT NULL,
  size INTEGER NOT NULL,
  control TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  received_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  reopened INTEGER NOT NULL DEFAULT 0,
  seq INTEGER NOT NULL,
  UNIQUE (partner, digest)
) STRICT;
CREATE INDEX acknowledgments_in_state ON acknowledgments (state, changed_at);

CREATE TABLE outcomes (
  kind TEXT NOT NULL,
  subject INTEGER NOT NULL,
  hop TEXT NOT NULL,
  document TEXT NOT NULL,
  verdict TEXT NOT NULL,
  codes TEXT NOT NULL,
  acknowledgment INTEGER,
  at INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (kind, subject, hop, document, verdict, codes)
) STRICT, WITHOUT ROWID;

CREATE TABLE deadlines (
  transmission INTEGER NOT NULL REFERENCES transmissions,
  document TEXT NOT NULL,
  due INTEGER NOT NULL,
  met_at INTEGER,
  PRIMARY KEY (transmission, document)
) STRICT, WITHOUT ROWID;
CREATE INDEX deadlines_due ON deadlines (due) WHERE met_at IS NULL;

CREATE TABLE replies (
  id INTEGER PRIMARY KEY,
  file INTEGER NOT NULL REFERENCES files,
  role TEXT NOT NULL,
  origin TEXT NOT NULL,
  payload TEXT NOT NULL,
  name TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  reopened INTEGER NOT NULL DEFAULT 0,
  seq INTEGER NOT NULL,
  UNIQUE (file, role, origin, name)
) STRICT;
CREATE INDEX replies_in_state ON replies (state, changed_at);

CREATE TABLE dead_letters (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  subject INTEGER NOT NULL,
  topic TEXT NOT NULL,
  code TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  file INTEGER,
  ruleset TEXT NOT NULL,
  place TEXT NOT NULL,
  history TEXT NOT NULL,
  was TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  closed_at INTEGER,
  closed TEXT NOT NULL DEFAULT '',
  reason TEXT NOT NULL DEFAULT '',
  actor TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE UNIQUE INDEX dead_letters_open ON dead_letters (kind, subject) WHERE closed_at IS NULL;
CREATE INDEX dead_letters_of_file ON dead_letters (file) WHERE closed_at IS NULL;

CREATE TABLE alerts (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  subject INTEGER NOT NULL,
  at INTEGER NOT NULL,
  UNIQUE (name, kind, subject)
) STRICT;

CREATE TABLE counters (
  scope TEXT NOT NULL,
  name TEXT NOT NULL,
  next INTEGER NOT NULL,
  PRIMARY KEY (scope, name)
) STRICT, WITHOUT ROWID;

-- The queue. A message is ready from `due` on; `since` is when that was set, so that a clock that
-- was put back is noticed. `owner` holds it, under a `fence` that is never given twice.
CREATE TABLE messages (
  id INTEGER PRIMARY KEY,
  topic TEXT NOT NULL,
  subject INTEGER NOT NULL,
  due INTEGER NOT NULL,
  since INTEGER NOT NULL,
  published_at INTEGER NOT NULL,
  owner INTEGER,
  fence INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  again INTEGER NOT NULL DEFAULT 0,  -- published once more while it was held
  UNIQUE (topic, subject)
) STRICT;
CREATE INDEX messages_due ON messages (topic, due);
CREATE INDEX messages_since ON messages (topic, since);
CREATE INDEX messages_held ON messages (owner) WHERE owner IS NOT NULL;

-- Processes that hold leases; each has a lock on the file of its name for as long as it lives.
CREATE TABLE owners (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  actor TEXT NOT NULL,
  since INTEGER NOT NULL
) STRICT;

CREATE TABLE audit (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  event TEXT NOT NULL,
  kind TEXT NOT NULL,
  subject INTEGER NOT NULL,
  detail TEXT NOT NULL,
  key TEXT NOT NULL,
  mac BLOB NOT NULL
) STRICT;
CREATE INDEX audit_of_subject ON audit (kind, subject);
CREATE TRIGGER audit_keeps_rows BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_keeps_values BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;

CREATE TABLE checkpoints (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  line TEXT NOT NULL,
  exported INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX checkpoints_untold ON checkpoints (seq) WHERE exported = 0;

-- From which state to which (store/states.py says why); the triggers below hold every writer to it.
CREATE TABLE moves (
  kind TEXT NOT NULL,
  start TEXT NOT NULL,
  goal TEXT NOT NULL,
  PRIMARY KEY (kind, start, goal)
) STRICT, WITHOUT ROWID;
INSERT INTO moves VALUES
  ('file', 'INGESTED', 'DEAD_LETTERED'),
  ('file', 'INGESTED', 'PARSED'),
  ('file', 'INGESTED', 'QUARANTINED'),
  ('file', 'INGESTED', 'SCRUBBED'),
  ('file', 'PARSED', 'DEAD_LETTERED'),
  ('file', 'PARSED', 'QUARANTINED'),
  ('file', 'PARSED', 'SCRUBBED'),
  ('file', 'QUARANTINED', 'DEAD_LETTERED'),
  ('file', 'QUARANTINED', 'PURGED'),
  ('file', 'SCRUBBED', 'PURGED'),
  ('file', 'DEAD_LETTERED', 'PURGED'),
  ('interchange', 'INGESTED', 'DEAD_LETTERED'),
  ('interchange', 'INGESTED', 'PARSED'),
  ('interchange', 'INGESTED', 'QUARANTINED'),
  ('interchange', 'INGESTED', 'SCRUBBED'),
  ('interchange', 'PARSED', 'DEAD_LETTERED'),
  ('interchange', 'PARSED', 'QUARANTINED'),
  ('interchange', 'PARSED', 'SCRUBBED'),
  ('interchange', 'QUARANTINED', 'DEAD_LETTERED'),
  ('interchange', 'QUARANTINED', 'PURGED'),
  ('interchange', 'SCRUBBED', 'PURGED'),
  ('interchange', 'DEAD_LETTERED', 'PURGED'),
  ('set', 'INGESTED', 'DEAD_LETTERED'),
  ('set', 'INGESTED', 'PARSED'),
  ('set', 'INGESTED', 'QUARANTINED'),
  ('set', 'INGESTED', 'SCRUBBED'),
  ('set', 'PARSED', 'DEAD_LETTERED'),
  ('set', 'PARSED', 'QUARANTINED'),
  ('set', 'PARSED', 'SCRUBBED'),
  ('set', 'QUARANTINED', 'DEAD_LETTERED'),
  ('set', 'QUARANTINED', 'PURGED'),
  ('set', 'SCRUBBED', 'PURGED'),
  ('set', 'DEAD_LETTERED', 'PURGED'),
  ('batch', 'VALIDATED', 'ACKNOWLEDGED'),
  ('batch', 'VALIDATED', 'DEAD_LETTERED'),
  ('batch', 'VALIDATED', 'HELD_UNKNOWN'),
  ('batch', 'VALIDATED', 'REJECTED_BY_PARTNER'),
  ('batch', 'VALIDATED', 'SCRUBBED'),
  ('batch', 'VALIDATED', 'SUBMITTED'),
  ('batch', 'SCRUBBED', 'ACKNOWLEDGED'),
  ('batch', 'SCRUBBED', 'DEAD_LETTERED'),
  ('batch', 'SCRUBBED', 'HELD_UNKNOWN'),
  ('batch', 'SCRUBBED', 'REJECTED_BY_PARTNER'),
  ('batch', 'SCRUBBED', 'SUBMITTED'),
  ('batch', 'DEAD_LETTERED', 'ACKNOWLEDGED'),
  ('batch', 'DEAD_LETTERED', 'PURGED'),
  ('batch', 'DEAD_LETTERED', 'REJECTED_BY_PARTNER'),
  ('batch', 'DEAD_LETTERED', 'SUBMITTED'),
  ('batch', 'HELD_UNKNOWN', 'ACKNOWLEDGED'),
  ('batch', 'HELD_UNKNOWN', 'DEAD_LETTERED'),
  ('batch', 'HELD_UNKNOWN', 'REJECTED_BY_PARTNER'),
  ('batch', 'HELD_UNKNOWN', 'SUBMITTED'),
  ('batch', 'SUBMITTED', 'ACKNOWLEDGED'),
  ('batch', 'SUBMITTED', 'REJECTED_BY_PARTNER'),
  ('batch', 'ACKNOWLEDGED', 'PURGED'),
  ('batch', 'ACKNOWLEDGED', 'REJECTED_BY_PARTNER'),
  ('batch', 'REJECTED_BY_PARTNER', 'PURGED'),
  ('claim', 'VALIDATED', 'ACKNOWLEDGED'),
  ('claim', 'VALIDATED', 'DEAD_LETTERED'),
  ('claim', 'VALIDATED', 'HELD_UNKNOWN'),
  ('claim', 'VALIDATED', 'REJECTED_BY_PARTNER'),
  ('claim', 'VALIDATED', 'SCRUBBED'),
  ('claim', 'VALIDATED', 'SUBMITTED'),
  ('claim', 'SCRUBBED', 'ACKNOWLEDGED'),
  ('claim', 'SCRUBBED', 'DEAD_LETTERED'),
  ('claim', 'SCRUBBED', 'HELD_UNKNOWN'),
  ('claim', 'SCRUBBED', 'REJECTED_BY_PARTNER'),
  ('claim', 'SCRUBBED', 'SUBMITTED'),
  ('claim', 'DEAD_LETTERED', 'ACKNOWLEDGED'),
  ('claim', 'DEAD_LETTERED', 'PURGED'),
  ('claim', 'DEAD_LETTERED', 'REJECTED_BY_PARTNER'),
  ('claim', 'DEAD_LETTERED', 'SUBMITTED'),
  ('claim', 'HELD_UNKNOWN', 'ACKNOWLEDGED'),
  ('claim', 'HELD_UNKNOWN', 'DEAD_LETTERED'),
  ('claim', 'HELD_UNKNOWN', 'REJECTED_BY_PARTNER'),
  ('claim', 'HELD_UNKNOWN', 'SUBMITTED'),
  ('claim', 'SUBMITTED', 'ACKNOWLEDGED'),
  ('claim', 'SUBMITTED', 'REJECTED_BY_PARTNER'),
  ('claim', 'ACKNOWLEDGED', 'PURGED'),
  ('claim', 'ACKNOWLEDGED', 'REJECTED_BY_PARTNER'),
  ('claim', 'REJECTED_BY_PARTNER', 'PURGED'),
  ('claim', 'REJECTED_BY_SCRUB', 'PURGED'),
  ('transmission', 'INTENDED', 'ACKNOWLEDGED'),
  ('transmission', 'INTENDED', 'DEAD_LETTERED'),
  ('transmission', 'INTENDED', 'HELD_UNKNOWN'),
  ('transmission', 'INTENDED', 'REJECTED_BY_PARTNER'),
  ('transmission', 'INTENDED', 'SUBMITTED'),
  ('transmission', 'DEAD_LETTERED', 'ACKNOWLEDGED'),
  ('transmission', 'DEAD_LETTERED', 'PURGED'),
  ('transmission', 'DEAD_LETTERED', 'REJECTED_BY_PARTNER'),
  ('transmission', 'DEAD_LETTERED', 'SUBMITTED'),
  ('transmission', 'HELD_UNKNOWN', 'ACKNOWLEDGED'),
  ('transmission', 'HELD_UNKNOWN', 'DEAD_LETTERED'),
  ('transmission', 'HELD_UNKNOWN', 'REJECTED_BY_PARTNER'),
  ('transmission', 'HELD_UNKNOWN', 'SUBMITTED'),
  ('transmission', 'SUBMITTED', 'ACKNOWLEDGED'),
  ('transmission', 'SUBMITTED', 'REJECTED_BY_PARTNER'),
  ('transmission', 'ACKNOWLEDGED', 'PURGED'),
  ('transmission', 'ACKNOWLEDGED', 'REJECTED_BY_PARTNER'),
  ('transmission', 'REJECTED_BY_PARTNER', 'PURGED'),
  ('acknowledgment', 'INGESTED', 'ACKNOWLEDGED'),
  ('acknowledgment', 'INGESTED', 'DEAD_LETTERED'),
  ('acknowledgment', 'INGESTED', 'QUARANTINED'),
  ('acknowledgment', 'QUARANTINED', 'ACKNOWLEDGED'),
  ('acknowledgment', 'QUARANTINED', 'DEAD_LETTERED'),
  ('acknowledgment', 'QUARANTINED', 'PURGED'),
  ('acknowledgment', 'DEAD_LETTERED', 'PURGED'),
  ('acknowledgment', 'ACKNOWLEDGED', 'PURGED'),
  ('reply', 'INTENDED', 'DEAD_LETTERED'),
  ('reply', 'INTENDED', 'SUBMITTED'),
  ('reply', 'DEAD_LETTERED', 'PURGED'),
  ('reply', 'DEAD_LETTERED', 'SUBMITTED'),
  ('reply', 'SUBMITTED', 'PURGED');

CREATE TRIGGER files_forward BEFORE UPDATE OF state ON files
WHEN NEW.state IS NOT OLD.state AND OLD.state IS NOT NULL
  AND NOT EXISTS (
    SELECT 1 FROM moves WHERE kind = 'file' AND start = OLD.state AND goal = NEW.state)
  AND NOT (NEW.reopened > OLD.reopened AND OLD.state IN ('DEAD_LETTERED', 'HELD_UNKNOWN', 'QUARANTINED'))
BEGIN SELECT RAISE(ABORT, 'backward: file'); END;

CREATE TRIGGER interchanges_forward BEFORE UPDATE OF state ON interchanges
WHEN NEW.state IS NOT OLD.state AND OLD.state IS NOT NULL
  AND NOT EXISTS (
    SELECT 1 FROM moves WHERE kind = 'interchange' AND start = OLD.state AND goal = NEW.state)
  AND NOT (NEW.reopened > OLD.reopened AND OLD.state IN ('DEAD_LETTERED', 'HELD_UNKNOWN', 'QUARANTINED'))
BEGIN SELECT RAISE(ABORT, 'backward: interchange'); END;

CREATE TRIGGER sets_forward BEFORE UPDATE OF state ON sets
WHEN NEW.state IS NOT OLD.state AND OLD.state IS NOT NULL
  AND NOT EXISTS (
    SELECT 1 FROM moves WHERE kind = 'set' AND start = OLD.state AND goal = NEW.state)
  AND NOT (NEW.reopened > OLD.reopened AND OLD.state IN ('DEAD_LETTERED', 'HELD_UNKNOWN', 'QUARANTINED'))
BEGIN SELECT RAISE(ABORT, 'backward: set'); END;

CREATE TRIGGER batches_forward BEFORE UPDATE OF state ON batches
WHEN NEW.state IS NOT OLD.state AND OLD.state IS NOT NULL
  AND NOT EXISTS (
    SELECT 1 FROM moves WHERE kind = 'batch' AND start = OLD.state AND goal = NEW.state)
  AND NOT (NEW.reopened > OLD.reopened AND OLD.state IN ('DEAD_LETTERED', 'HELD_UNKNOWN', 'QUARANTINED'))
BEGIN SELECT RAISE(ABORT, 'backward: batch'); END;

CREATE TRIGGER claims_forward BEFORE UPDATE OF state ON claims
WHEN NEW.state IS NOT OLD.state AND OLD.state IS NOT NULL
  AND NOT EXISTS (
    SELECT 1 FROM moves WHERE kind = 'claim' AND start = OLD.state AND goal = NEW.state)
  AND NOT (NEW.reopened > OLD.reopened AND OLD.state IN ('DEAD_LETTERED', 'HELD_UNKNOWN', 'QUARANTINED'))
  -- A dead claim that is scrubbed again goes along with its new batch.
  AND NOT (NEW.state IS NULL AND OLD.state = 'VALIDATED' AND OLD.batch IS NULL AND NEW.batch IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'backward: claim'); END;

CREATE TRIGGER transmissions_forward BEFORE UPDATE OF state ON transmissions
WHEN NEW.state IS NOT OLD.state AND OLD.state IS NOT NULL
  AND NOT EXISTS (
    SELECT 1 FROM moves WHERE kind = 'transmission' AND start = OLD.state AND goal = NEW.state)
  AND NOT (NEW.reopened > OLD.reopened AND OLD.state IN ('DEAD_LETTERED', 'HELD_UNKNOWN', 'QUARANTINED'))
BEGIN SELECT RAISE(ABORT, 'backward: transmission'); END;

CREATE TRIGGER acknowledgments_forward BEFORE UPDATE OF state ON acknowledgments
WHEN NEW.state IS NOT OLD.state AND OLD.state IS NOT NULL
  AND NOT EXISTS (
    SELECT 1 FROM moves WHERE kind = 'acknowledgment' AND start = OLD.state AND goal = NEW.state)
  AND NOT (NEW.reopened > OLD.reopened AND OLD.state IN ('DEAD_LETTERED', 'HELD_UNKNOWN', 'QUARANTINED'))
BEGIN SELECT RAISE(ABORT, 'backward: acknowledgment'); END;

CREATE TRIGGER replies_forward BEFORE UPDATE OF state ON replies
WHEN NEW.state IS NOT OLD.state AND OLD.state IS NOT NULL
  AND NOT EXISTS (
    SELECT 1 FROM moves WHERE kind = 'reply' AND start = OLD.state AND goal = NEW.state)
  AND NOT (NEW.reopened > OLD.reopened AND OLD.state IN ('DEAD_LETTERED', 'HELD_UNKNOWN', 'QUARANTINED'))
BEGIN SELECT RAISE(ABORT, 'backward: reply'); END;

