-- The state of enrollments. Two times: `opened` and `closed` are loads, when something was known; `begins` and `ends` are
-- days, when it holds. Nothing is deleted but by undo of the load that made it.
PRAGMA user_version = 1;

CREATE TABLE load (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,               -- when it was loaded, UTC
    status TEXT NOT NULL,           -- applied, held, undone
    file TEXT,
    kind TEXT,
    digest TEXT NOT NULL,           -- of its records: the same again is a replay
    profile TEXT,
    profile_version TEXT,
    counts TEXT NOT NULL            -- JSON: the summary
);
CREATE INDEX load_digest ON load (digest);

-- The sets of a load, by the sender's own numbers.
CREATE TABLE source (
    load INTEGER NOT NULL REFERENCES load (id),
    name TEXT NOT NULL,             -- sender, reference, envelope
    digest TEXT NOT NULL
);
CREATE INDEX source_name ON source (name);

CREATE TABLE scope (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);

CREATE TABLE person (
    id INTEGER PRIMARY KEY,
    scope INTEGER NOT NULL REFERENCES scope (id),
    family TEXT NOT NULL,
    is_subscriber INTEGER NOT NULL,
    opened INTEGER NOT NULL REFERENCES load (id),
    live INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX person_family ON person (scope, family);

CREATE TABLE version (
    person INTEGER NOT NULL REFERENCES person (id),
    opened INTEGER NOT NULL REFERENCES load (id),
    closed INTEGER REFERENCES load (id),
    record TEXT NOT NULL,           -- JSON: sponsor, payer, member, reporting, eligibility
    policy TEXT
);
CREATE INDEX version_person ON version (person) WHERE closed IS NULL;
CREATE INDEX version_opened ON version (opened, person);
CREATE INDEX version_closed ON version (closed) WHERE closed IS NOT NULL;

CREATE TABLE coverage (
    person INTEGER NOT NULL REFERENCES person (id),
    opened INTEGER NOT NULL REFERENCES load (id),
    closed INTEGER REFERENCES load (id),
    line TEXT NOT NULL,
    plan TEXT NOT NULL,
    begins TEXT NOT NULL,           -- '' where nobody said
    ends TEXT,                      -- NULL while it is open
    record TEXT NOT NULL            -- JSON: the coverage
);
CREATE INDEX coverage_person ON coverage (person) WHERE closed IS NULL;
CREATE INDEX coverage_opened ON coverage (opened, person);
CREATE INDEX coverage_closed ON coverage (closed) WHERE closed IS NOT NULL;
