-- Active Storage's tables, as Rails 7 makes them, and attachments with a text as
-- their content: the scripts put files with the same text into a bucket.
CREATE TABLE ar_internal_metadata (key varchar PRIMARY KEY, value varchar);
INSERT INTO ar_internal_metadata VALUES ('environment', 'development');

CREATE TABLE active_storage_blobs (
    id bigserial PRIMARY KEY,
    key varchar NOT NULL UNIQUE,
    filename varchar NOT NULL,
    content_type varchar,
    metadata text,
    service_name varchar NOT NULL,
    byte_size bigint NOT NULL,
    checksum varchar,
    created_at timestamp(6) NOT NULL
);
CREATE TABLE active_storage_attachments (
    id bigserial PRIMARY KEY,
    name varchar NOT NULL,
    record_type varchar NOT NULL,
    record_id bigint NOT NULL,
    blob_id bigint NOT NULL REFERENCES active_storage_blobs,
    created_at timestamp(6) NOT NULL
);
CREATE TABLE active_storage_variant_records (
    id bigserial PRIMARY KEY,
    blob_id bigint NOT NULL REFERENCES active_storage_blobs,
    variation_digest varchar NOT NULL
);

CREATE FUNCTION blob(key text, content text, record_type text, record_id bigint, name text, created timestamp) RETURNS bigint LANGUAGE sql AS $$
    WITH made AS (
        INSERT INTO active_storage_blobs (key, filename, service_name, byte_size, checksum, created_at)
        VALUES (key, 'jane-doe.png', 'amazon', octet_length(content), encode(decode(md5(content), 'hex'), 'base64'), created)
        RETURNING id)
    INSERT INTO active_storage_attachments (name, record_type, record_id, blob_id, created_at)
    SELECT name, record_type, record_id, id, created FROM made
    RETURNING blob_id
$$;

SELECT blob('logo1aaaaaaaaaaaaaaaaaaaaaaa', E'a logo\n', 'Organization', 1, 'logo', '2026-01-10');
SELECT blob('proof1bbbbbbbbbbbbbbbbbbbbbb', E'a proof\n', 'Partners::Profile', 1, 'proof_of_partner_status', '2026-06-10');
SELECT blob('proof2cccccccccccccccccccccc', E'another proof, which is longer\n', 'Partners::Profile', 2, 'proof_of_form_990', '2026-11-10');
-- A resized image of the logo, and a preview of the proof.
INSERT INTO active_storage_variant_records (id, blob_id, variation_digest) VALUES (7, 1, 'digest');
SELECT blob('variant1dddddddddddddddddddd', E'a small logo\n', 'ActiveStorage::VariantRecord', 7, 'image', '2026-02-10');
SELECT blob('preview1eeeeeeeeeeeeeeeeeeee', E'a preview\n', 'ActiveStorage::Blob', 2, 'preview_image', '2026-06-11');
