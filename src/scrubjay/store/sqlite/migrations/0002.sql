-- The index that finds claims by their tokens has the ends of tokens: they tell claims of a block
-- apart as well as whole ones, in a quarter of the room. Whoever searches asks for both
-- (store/sqlite/questions.py).
CREATE INDEX claims_by_end ON claims (id >> 12, substr(token, -8));
DROP INDEX claims_by_token;
