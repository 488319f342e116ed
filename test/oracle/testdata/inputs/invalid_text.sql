-- encoding: SQL_ASCII
-- Text that is not valid in any one encoding.
SET client_encoding = SQL_ASCII;
CREATE TABLE l (t text, c "char");
INSERT INTO l VALUES (E'caf\xe9', E'\xff'), (E'caf\xc3\xa9', 'x'), (E'\x80\xfe', NULL);
CREATE INDEX l_t ON l (t) WHERE t <> E'na\xefve';
COMMENT ON TABLE l IS E'caf\xe9';
