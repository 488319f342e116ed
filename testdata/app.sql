-- A small application as production has it: enough of Human Essentials' tables
-- for everything that the scrub changes.
CREATE TABLE ar_internal_metadata (key varchar PRIMARY KEY, value varchar, created_at timestamp NOT NULL, updated_at timestamp NOT NULL);
INSERT INTO ar_internal_metadata VALUES ('environment', 'production', now(), now()), ('schema_sha1', 'abc', now(), now());

CREATE TABLE users (
    id bigserial PRIMARY KEY,
    email varchar NOT NULL UNIQUE,
    encrypted_password varchar NOT NULL DEFAULT '',
    reset_password_token varchar UNIQUE,
    invitation_token varchar UNIQUE,
    name varchar
);
INSERT INTO users (email, encrypted_password, reset_password_token, invitation_token, name)
SELECT 'user' || i || '@example.com', '$2a$11$production' || md5(i::text), 'reset' || i, 'invite' || i, 'User ' || i
FROM generate_series(1, 50) i;

CREATE TABLE delayed_jobs (id bigserial PRIMARY KEY, handler text NOT NULL);
INSERT INTO delayed_jobs (handler) VALUES ('--- send the e-mail'), ('--- charge the card');

CREATE TABLE items (id bigserial PRIMARY KEY, user_id bigint NOT NULL REFERENCES users, name text NOT NULL);
INSERT INTO items (user_id, name) SELECT 1 + i % 50, 'Size ' || i FROM generate_series(1, 1000) i;
CREATE INDEX items_on_user ON items (user_id);

-- What copies rows elsewhere must not copy production's passwords.
CREATE TABLE audit (old_password varchar);
CREATE FUNCTION audit_users() RETURNS trigger LANGUAGE plpgsql AS
    $$BEGIN INSERT INTO audit VALUES (OLD.encrypted_password); RETURN NEW; END$$;
CREATE TRIGGER audit_users BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION audit_users();
CREATE MATERIALIZED VIEW logins AS SELECT email, encrypted_password FROM users;
