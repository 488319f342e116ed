-- Made-up rows for schema.sql: some 260,000, an 89 MB database with indexes, times
-- the scale. By hand: psql -v scale=1 -f rows.sql
--
-- The same scale always makes the same rows: nothing here asks for the time or
-- for a random number. Ids count from 1 without gaps, and what belongs together
-- lies together: with 20 partners a bank, partner g is of bank (g + 19) / 20.
-- People, addresses and numbers are invented, mail goes to example.com.

-- rnd spreads g evenly over 0 .. n-1; another salt, another order.
CREATE FUNCTION pg_temp.rnd(g bigint, salt integer, n integer) RETURNS integer
    LANGUAGE sql IMMUTABLE
    AS $$ SELECT ((((g * 2654435761 + salt * 7919) # ((g + salt) * 40503 >> 5)) & 4294967295) / 64 % n)::integer $$;

CREATE FUNCTION pg_temp.pick(g bigint, salt integer, words text[]) RETURNS text
    LANGUAGE sql IMMUTABLE
    AS $$ SELECT words[1 + pg_temp.rnd(g, salt, array_length(words, 1))] $$;

CREATE FUNCTION pg_temp.first_name(g bigint) RETURNS text
    LANGUAGE sql IMMUTABLE
    AS $$ SELECT pg_temp.pick(g, 11, '{Ana,Amir,Bao,Beatriz,Carlos,Chloé,Dana,Deshawn,Elif,Emma,Fatima,Femi,Grace,Hana,Ibrahim,Imani,Jamal,José,Keisha,Lars,Leilani,Linh,Malik,Maya,Mei,Nia,Noah,Olga,Omar,Priya,Quinn,Rosa,Sam,Sofía,Tariq,Uma,Víctor,Wren,Ximena,Yara,Zoë,Zuri}') $$;

CREATE FUNCTION pg_temp.last_name(g bigint) RETURNS text
    LANGUAGE sql IMMUTABLE
    AS $$ SELECT pg_temp.pick(g, 13, '{Abara,Adams,Alvarez,Baker,Begay,Brown,Castillo,Chen,Cohen,Davis,Diaz,Edwards,Flores,García,Green,Haddad,Hall,Hernández,Ito,Jackson,Johnson,Kaya,Kim,Kowalski,Lee,López,Martin,Mensah,Miller,Müller,Nguyen,O''Brien,Okafor,Patel,Ramírez,Rossi,Santos,Singh,Smith,Tran,Walker,Washington,Williams,Wong,Yazzie,Young}') $$;

CREATE FUNCTION pg_temp.city(g bigint) RETURNS text
    LANGUAGE sql IMMUTABLE
    AS $$ SELECT pg_temp.pick(g, 17, '{Ashford,Brookhaven,Cedar Falls,Dover,Eastport,Fairview,Glendale,Harrisburg,Ironwood,Jasper,Kingston,Lakewood,Milford,Newport,Oakdale,Peñasco,Quincy,Riverside,Salem,Trenton,Union City,Vernon,Westfield,Yorktown}') $$;

CREATE FUNCTION pg_temp.state(g bigint) RETURNS text
    LANGUAGE sql IMMUTABLE
    AS $$ SELECT pg_temp.pick(g, 19, '{AL,AZ,CA,CO,FL,GA,IL,IN,MA,MD,MI,MN,MO,NC,NJ,NM,NV,NY,OH,OR,PA,TN,TX,VA,WA,WI}') $$;

CREATE FUNCTION pg_temp.phone(g bigint) RETURNS text
    LANGUAGE sql IMMUTABLE
    AS $$ SELECT '555-' || lpad(pg_temp.rnd(g, 23, 1000)::text, 3, '0') || '-' || lpad(pg_temp.rnd(g, 29, 10000)::text, 4, '0') $$;

CREATE FUNCTION pg_temp.street(g bigint) RETURNS text
    LANGUAGE sql IMMUTABLE
    AS $$ SELECT 1 + pg_temp.rnd(g, 31, 9999) || ' ' || pg_temp.pick(g, 37, '{Main St,Oak Ave,2nd St,Park Blvd,Elm St,Mill Rd,Church St,Lake Dr,"Martin Luther King Jr. Blvd"}') $$;

CREATE FUNCTION pg_temp.note(g bigint) RETURNS text
    LANGUAGE sql IMMUTABLE
    AS $$ SELECT pg_temp.pick(g, 41, ARRAY[NULL, NULL, NULL, '', 'Pick-up on Tuesday, side door.', 'Please call first.', E'Two boxes were wet.\nReplaced from the back shelf.', E'size 4 → size 5\tsee the sheet', 'Danke! — grüße aus der Lagerhalle', '¿Hay talla 6? Sí.', 'C:\reports\june.xls', 'thank you 🙏']) $$;

-- moment lies in the four years before 23 November 2026, later for a larger g.
CREATE FUNCTION pg_temp.moment(g bigint, of bigint) RETURNS timestamp without time zone
    LANGUAGE sql IMMUTABLE
    AS $$ SELECT timestamp '2022-11-23 07:00:00' + (g * 126000000 / of) * interval '1 second' + pg_temp.rnd(g, 43, 1000000) * interval '1 microsecond' $$;

-- bcrypt looks like a password's hash: nobody knows a password for it.
CREATE FUNCTION pg_temp.bcrypt(g bigint) RETURNS text
    LANGUAGE sql IMMUTABLE
    AS $$ SELECT '$2a$11$' || left(translate(encode(decode(md5('a' || g) || md5('b' || g) || md5('c' || g), 'hex'), 'base64'), '+', '.'), 53) $$;

INSERT INTO public.schema_migrations (version)
SELECT to_char(timestamp '2016-03-21 12:00:00' + g * interval '13 days 3 hours 7 seconds', 'YYYYMMDDHH24MISS')
FROM generate_series(0, 299) g;

INSERT INTO public.ar_internal_metadata (key, value, created_at, updated_at) VALUES
    ('environment', 'production', '2016-03-21 12:00:00', '2016-03-21 12:00:00'),
    ('schema_sha1', '5f0c9a1de2b7c3d4e5f60718293a4b5c6d7e8f90', '2016-03-21 12:00:00', '2026-11-20 09:12:45.123456');

INSERT INTO public.flipper_features (id, key, created_at, updated_at)
SELECT g, pg_temp.pick(g, 0, '{inventory_log}') || '_' || g, pg_temp.moment(g, 6), pg_temp.moment(g, 6)
FROM generate_series(1, 6) g;

INSERT INTO public.flipper_gates (id, feature_key, key, value, created_at, updated_at)
SELECT id, key, 'boolean', 'true', created_at, updated_at FROM public.flipper_features;

INSERT INTO public.questions (id, title, created_at, updated_at)
SELECT g, 'How do I ' || pg_temp.pick(g, 1, '{import,export,print,archive,invite,merge}') || ' ' || pg_temp.pick(g, 2, '{partners,items,donations,families}') || '?', pg_temp.moment(g, 20), pg_temp.moment(g, 20)
FROM generate_series(1, 20) g;

INSERT INTO public.counties (id, name, region, category, created_at, updated_at)
SELECT g, pg_temp.city(g) || ' County ' || g, pg_temp.state(g), CASE WHEN g % 60 = 0 THEN 'Other' ELSE 'US_County' END::public.category, '2023-10-05 00:00:00', '2023-10-05 00:00:00'
FROM generate_series(1, 3000) g;

INSERT INTO public.base_items (id, name, category, barcode_count, created_at, updated_at, size, item_count, partner_key, reporting_category)
SELECT g, pg_temp.pick(g, 1, '{Kids,Adult,Cloth,Period}') || ' ' || pg_temp.pick(g, 2, '{Diapers,Briefs,Wipes,Pads,Liners}') || ' ' || g, pg_temp.pick(g, 1, '{Diapers,Adult Incontinence,Cloth,Period Supplies}'), 0, '2016-03-21 12:00:00', '2016-03-21 12:00:00', (g % 8)::text, g % 5, 'base_item_' || g, pg_temp.pick(g, 3, '{disposable_diapers,adult_incontinence,cloth_diapers,pads}')
FROM generate_series(1, 45) g;

INSERT INTO public.ndbn_members (ndbn_member_id, account_name, created_at, updated_at)
SELECT g, pg_temp.city(g) || ' Diaper Bank Network ' || g, pg_temp.moment(g, 30 * :scale), pg_temp.moment(g, 30 * :scale)
FROM generate_series(1, 30 * :scale) g;

-- 20 banks.

INSERT INTO public.account_requests (id, name, email, organization_name, organization_website, confirmed_at, request_details, created_at, updated_at, status, ndbn_member_id)
SELECT g, pg_temp.first_name(g) || ' ' || pg_temp.last_name(g), 'request' || g || '@example.com', pg_temp.city(g) || ' Diaper Bank ' || g, 'https://bank' || g || '.example.com', pg_temp.moment(g, 20 * :scale), 'We are a small bank and count on paper. ' || coalesce(pg_temp.note(g), ''), pg_temp.moment(g, 20 * :scale), pg_temp.moment(g, 20 * :scale), 'admin_approved', g
FROM generate_series(1, 20 * :scale) g;

INSERT INTO public.organizations (id, name, email, url, created_at, updated_at, intake_location, street, city, state, zipcode, latitude, longitude, reminder_day, deadline_day, invitation_text, default_storage_location, partner_form_fields, account_request_id, ndbn_member_id, bank_is_set_up)
SELECT g, pg_temp.city(g) || ' Diaper Bank ' || g, 'bank' || g || '@example.com', 'https://bank' || g || '.example.com', pg_temp.moment(g, 20 * :scale), pg_temp.moment(g, 20 * :scale), 2 * g - 1, pg_temp.street(g), pg_temp.city(g), pg_temp.state(g), lpad(pg_temp.rnd(g, 1, 99999)::text, 5, '0'), 25 + pg_temp.rnd(g, 2, 20000) / 1000.0, -120 + pg_temp.rnd(g, 3, 45000) / 1000.0, 1 + g % 14, 15 + g % 14, E'Welcome!\n\nPlease set a password.', 2 * g - 1, CASE g % 3 WHEN 0 THEN '{}'::text[] WHEN 1 THEN '{media_information,agency_stability}' ELSE '{"pick_up_person",attached_documents}' END, g, g, true
FROM generate_series(1, 20 * :scale) g;

INSERT INTO public.storage_locations (id, name, address, created_at, updated_at, organization_id, latitude, longitude, square_footage, warehouse_type, discarded_at)
SELECT g, pg_temp.street(g) || ' warehouse', pg_temp.street(g) || ', ' || pg_temp.city(g), o.created_at, o.updated_at, o.id, o.latitude, o.longitude, 500 + pg_temp.rnd(g, 1, 20000), 'Residential space used', CASE WHEN g % 20 = 0 THEN timestamp '2026-02-01 08:00:00' END
FROM generate_series(1, 40 * :scale) g JOIN public.organizations o ON o.id = (g + 1) / 2;

INSERT INTO public.item_categories (id, name, description, organization_id, created_at, updated_at)
SELECT g, (ARRAY['Diapers', 'Adult', 'Wipes', 'Period', 'Other'])[1 + g % 5], pg_temp.note(g), (g + 4) / 5, pg_temp.moment(g, 100 * :scale), pg_temp.moment(g, 100 * :scale)
FROM generate_series(1, 100 * :scale) g;

INSERT INTO public.kits (id, name, organization_id, created_at, updated_at, value_in_cents)
SELECT g, 'Newborn kit ' || g, (g + 1) / 2, pg_temp.moment(g, 40 * :scale), pg_temp.moment(g, 40 * :scale), pg_temp.rnd(g, 1, 5000)
FROM generate_series(1, 40 * :scale) g;

INSERT INTO public.items (id, name, created_at, updated_at, barcode_count, organization_id, active, partner_key, value_in_cents, package_size, distribution_quantity, on_hand_minimum_quantity, on_hand_recommended_quantity, kit_id, item_category_id, additional_info, reporting_category, type)
SELECT g, pg_temp.pick(g, 1, '{Kids,Toddlers,Adult,Swim,Cloth}') || ' ' || pg_temp.pick(g, 2, '{Diapers,Briefs,Wipes,Pads,Liners,Training Pants}') || ' (Size ' || g % 8 || ')', pg_temp.moment(g, 800 * :scale), pg_temp.moment(g, 800 * :scale), g % 3, (g + 39) / 40, g % 17 <> 0, 'base_item_' || 1 + g % 45, pg_temp.rnd(g, 3, 400), 10 + g % 40, 50, g % 100, 200 + g % 100, CASE WHEN g % 20 = 0 THEN (g + 19) / 20 END, 5 * ((g + 39) / 40) - g % 5, pg_temp.note(g), pg_temp.pick(g, 4, '{disposable_diapers,adult_incontinence,cloth_diapers,pads}'), CASE WHEN g % 20 = 0 THEN 'KitItem' ELSE 'ConcreteItem' END
FROM generate_series(1, 800 * :scale) g;

INSERT INTO public.kit_allocations (id, organization_id, storage_location_id, kit_id, created_at, updated_at, kit_allocation_type)
SELECT g, (g + 1) / 2, g, g, pg_temp.moment(g, 40 * :scale), pg_temp.moment(g, 40 * :scale), CASE WHEN g % 2 = 0 THEN 'inventory_in' ELSE 'inventory_out' END::public.kit_allocation_type
FROM generate_series(1, 40 * :scale) g;

INSERT INTO public.units (id, name, organization_id, created_at, updated_at)
SELECT g, (ARRAY['pack', 'box', 'pallet'])[1 + g % 3], (g + 2) / 3, pg_temp.moment(g, 60 * :scale), pg_temp.moment(g, 60 * :scale)
FROM generate_series(1, 60 * :scale) g;

INSERT INTO public.item_units (id, name, item_id, created_at, updated_at)
SELECT g, (ARRAY['pack', 'box'])[1 + g % 2], (g + 1) / 2, pg_temp.moment(g, 1600 * :scale), pg_temp.moment(g, 1600 * :scale)
FROM generate_series(1, 1600 * :scale) g;

INSERT INTO public.inventory_items (id, storage_location_id, item_id, quantity, created_at, updated_at)
SELECT g, (g + 39) / 40, 40 * ((g + 79) / 80 - 1) + 1 + g % 40, pg_temp.rnd(g, 1, 5000), pg_temp.moment(g, 1600 * :scale), pg_temp.moment(g, 1600 * :scale)
FROM generate_series(1, 1600 * :scale) g;

INSERT INTO public.barcode_items (id, value, barcodeable_id, quantity, created_at, updated_at, organization_id, barcodeable_type)
SELECT g, lpad((g * 7919 % 1000000000000)::text, 12, '0'), 1 + g % 45, 10 + g % 60, pg_temp.moment(g, 500 * :scale), pg_temp.moment(g, 500 * :scale), (g + 24) / 25, 'BaseItem'
FROM generate_series(1, 500 * :scale) g;

INSERT INTO public.manufacturers (id, name, organization_id, created_at, updated_at)
SELECT g, pg_temp.last_name(g) || ' Paper Co. ' || g, (g + 4) / 5, pg_temp.moment(g, 100 * :scale), pg_temp.moment(g, 100 * :scale)
FROM generate_series(1, 100 * :scale) g;

INSERT INTO public.vendors (id, contact_name, email, phone, comment, organization_id, address, business_name, latitude, longitude, created_at, updated_at)
SELECT g, pg_temp.first_name(g) || ' ' || pg_temp.last_name(g), 'vendor' || g || '@example.com', pg_temp.phone(g), pg_temp.note(g), (g + 4) / 5, pg_temp.street(g), pg_temp.last_name(g + 1) || ' & Sons', 25 + pg_temp.rnd(g, 2, 20000) / 1000.0, -120 + pg_temp.rnd(g, 3, 45000) / 1000.0, pg_temp.moment(g, 100 * :scale), pg_temp.moment(g, 100 * :scale)
FROM generate_series(1, 100 * :scale) g;

INSERT INTO public.donation_sites (id, name, address, created_at, updated_at, organization_id, latitude, longitude, contact_name, email, phone)
SELECT g, pg_temp.city(g) || ' Library', pg_temp.street(g), pg_temp.moment(g, 200 * :scale), pg_temp.moment(g, 200 * :scale), (g + 9) / 10, 25 + pg_temp.rnd(g, 2, 20000) / 1000.0, -120 + pg_temp.rnd(g, 3, 45000) / 1000.0, pg_temp.first_name(g), 'site' || g || '@example.com', pg_temp.phone(g)
FROM generate_series(1, 200 * :scale) g;

INSERT INTO public.product_drives (id, name, start_date, end_date, created_at, updated_at, organization_id, virtual)
SELECT g, pg_temp.city(g) || ' spring drive', pg_temp.moment(g, 80 * :scale)::date, pg_temp.moment(g, 80 * :scale)::date + 14, pg_temp.moment(g, 80 * :scale), pg_temp.moment(g, 80 * :scale), (g + 3) / 4, g % 4 = 0
FROM generate_series(1, 80 * :scale) g;

INSERT INTO public.product_drive_participants (id, contact_name, email, phone, comment, organization_id, created_at, updated_at, address, business_name)
SELECT g, pg_temp.first_name(g) || ' ' || pg_temp.last_name(g), 'participant' || g || '@example.com', pg_temp.phone(g), pg_temp.note(g), (g + 9) / 10, pg_temp.moment(g, 200 * :scale), pg_temp.moment(g, 200 * :scale), pg_temp.street(g), pg_temp.last_name(g + 2) || ' Café'
FROM generate_series(1, 200 * :scale) g;

INSERT INTO public.tags (id, name, type, organization_id, created_at, updated_at)
SELECT g, 'tag ' || g % 5, 'ProductDrive', (g + 4) / 5, pg_temp.moment(g, 100 * :scale), pg_temp.moment(g, 100 * :scale)
FROM generate_series(1, 100 * :scale) g;

INSERT INTO public.taggings (id, tag_id, taggable_type, taggable_id, created_at, updated_at)
SELECT g, 5 * ((g + 3) / 4), 'ProductDrive', g, pg_temp.moment(g, 80 * :scale), pg_temp.moment(g, 80 * :scale)
FROM generate_series(1, 80 * :scale) g;

INSERT INTO public.annual_reports (id, organization_id, year, all_reports, created_at, updated_at)
SELECT g, (g + 4) / 5, 2021 + g % 5, json_build_array(json_build_object('name', 'Diaper Acquisition', 'entries', json_build_object('Disposable diapers donated', pg_temp.rnd(g, 1, 100000), '% purchased', pg_temp.rnd(g, 2, 100) || '%')), json_build_object('name', 'Warehouse', 'entries', json_build_object('Square feet', pg_temp.rnd(g, 3, 20000)))), pg_temp.moment(g, 100 * :scale), pg_temp.moment(g, 100 * :scale)
FROM generate_series(1, 100 * :scale) g;

INSERT INTO public.partner_forms (id, essentials_bank_id, sections, created_at, updated_at)
SELECT g, g, '{media_information,agency_stability,organizational_capacity}', pg_temp.moment(g, 20 * :scale), pg_temp.moment(g, 20 * :scale)
FROM generate_series(1, 20 * :scale) g;

INSERT INTO public.partner_groups (id, organization_id, name, created_at, updated_at, send_reminders, reminder_day, deadline_day)
SELECT g, (g + 1) / 2, (ARRAY['Downtown', 'County'])[1 + g % 2], pg_temp.moment(g, 40 * :scale), pg_temp.moment(g, 40 * :scale), g % 2 = 0, 1 + g % 14, 15 + g % 14
FROM generate_series(1, 40 * :scale) g;

INSERT INTO public.item_categories_partner_groups (id, partner_group_id, item_category_id, created_at, updated_at)
SELECT g, (g + 1) / 2, 5 * ((g + 3) / 4) - g % 2, pg_temp.moment(g, 80 * :scale), pg_temp.moment(g, 80 * :scale)
FROM generate_series(1, 80 * :scale) g;

-- 20 partners a bank.

INSERT INTO public.partners (id, name, email, created_at, updated_at, organization_id, status, send_reminders, notes, quota, partner_group_id, default_storage_location_id, info_for_partner)
SELECT g, pg_temp.city(g) || ' ' || pg_temp.pick(g, 1, '{Family Center,Head Start,Shelter,Clinic,Pantry}') || ' ' || g, 'partner' || g || '@example.com', pg_temp.moment(g, 400 * :scale), pg_temp.moment(g, 400 * :scale), (g + 19) / 20, g % 6, g % 2 = 0, pg_temp.note(g), 100 * pg_temp.rnd(g, 2, 50), 2 * ((g + 19) / 20) - g % 2, 2 * ((g + 19) / 20) - g % 2, pg_temp.note(g + 1)
FROM generate_series(1, 400 * :scale) g;

INSERT INTO public.partner_profiles (id, essentials_bank_id, partner_id, name, agency_type, agency_mission, address1, city, state, zip_code, website, founded, form_990, program_name, program_description, case_management, population_black, population_white, population_hispanic, population_asian, at_fpl_or_below, executive_director_name, executive_director_phone, executive_director_email, primary_contact_name, primary_contact_phone, primary_contact_email, distribution_times, created_at, updated_at)
SELECT g, p.organization_id, p.id, p.name, pg_temp.pick(g, 1, '{career,abuse,church,family,hospital}'), 'No family has to choose between food and diapers. ' || coalesce(pg_temp.note(g), ''), pg_temp.street(g), pg_temp.city(g), pg_temp.state(g), lpad(pg_temp.rnd(g, 2, 99999)::text, 5, '0'), 'https://partner' || g || '.example.com', 1950 + g % 70, g % 2 = 0, 'Program ' || g, repeat('We hand out what we have. ', 1 + g % 9), g % 3 = 0, pg_temp.rnd(g, 3, 100), pg_temp.rnd(g, 4, 100), pg_temp.rnd(g, 5, 100), pg_temp.rnd(g, 6, 100), pg_temp.rnd(g, 7, 100), pg_temp.first_name(g) || ' ' || pg_temp.last_name(g), pg_temp.phone(g), 'director' || g || '@example.com', pg_temp.first_name(g + 1) || ' ' || pg_temp.last_name(g + 1), pg_temp.phone(g + 1), 'contact' || g || '@example.com', 'Mon-Thu 9-5', p.created_at, p.updated_at
FROM generate_series(1, 400 * :scale) g JOIN public.partners p ON p.id = g;

INSERT INTO public.partner_served_areas (id, partner_profile_id, county_id, client_share, created_at, updated_at)
SELECT g, (g + 1) / 2, 1 + pg_temp.rnd(g, 1, 3000), 50, pg_temp.moment(g, 800 * :scale), pg_temp.moment(g, 800 * :scale)
FROM generate_series(1, 800 * :scale) g;

-- People who sign in: 5 a bank, then 25 more a bank for its partners. One in
-- ten has a password reset open, one in twelve an invitation.

INSERT INTO public.roles (id, name, resource_type, resource_id, created_at, updated_at)
SELECT g, pg_temp.pick(g, 1, '{org_user,org_admin}'), 'Organization', g, pg_temp.moment(g, 20 * :scale), pg_temp.moment(g, 20 * :scale)
FROM generate_series(1, 20 * :scale) g
UNION ALL
SELECT 20 * :scale + g, 'partner', 'Partner', g, pg_temp.moment(g, 400 * :scale), pg_temp.moment(g, 400 * :scale)
FROM generate_series(1, 400 * :scale) g;

INSERT INTO public.users_roles (id, user_id, role_id)
SELECT g, g, CASE WHEN g <= 100 * :scale THEN (g + 4) / 5 ELSE 20 * :scale + 1 + g % (400 * :scale) END
FROM generate_series(1, 600 * :scale) g;

INSERT INTO public.users (id, email, encrypted_password, reset_password_token, reset_password_sent_at, sign_in_count, current_sign_in_at, last_sign_in_at, current_sign_in_ip, last_sign_in_ip, created_at, updated_at, organization_id, invitation_token, invitation_created_at, invitation_sent_at, invitation_accepted_at, invited_by_type, invited_by_id, invitations_count, organization_admin, name, super_admin, last_request_at, discarded_at, provider, uid, partner_id, last_role_id)
SELECT g, 'user' || g || '@example.com', pg_temp.bcrypt(g), CASE WHEN g % 10 = 0 THEN md5('reset' || g) || md5('token' || g) END, CASE WHEN g % 10 = 0 THEN pg_temp.moment(g, 600 * :scale) END, pg_temp.rnd(g, 1, 900), timestamp '2026-11-22 16:00:00' - g * interval '7 minutes', timestamp '2026-11-21 16:00:00' - g * interval '7 minutes', ('203.0.113.' || g % 256)::inet, '2001:db8::1'::inet, pg_temp.moment(g, 600 * :scale), pg_temp.moment(g, 600 * :scale), CASE WHEN g <= 100 * :scale THEN (g + 4) / 5 END, CASE WHEN g % 12 = 0 THEN md5('invitation' || g) || md5('token' || g) END, CASE WHEN g % 12 = 0 THEN pg_temp.moment(g, 600 * :scale) END, CASE WHEN g % 12 = 0 THEN pg_temp.moment(g, 600 * :scale) END, NULL, CASE WHEN g > 5 THEN 'User' END, CASE WHEN g > 5 THEN 1 + g % 5 END, 0, g % 5 = 1, pg_temp.first_name(g) || ' ' || pg_temp.last_name(g), g = 1, timestamp '2026-11-22 16:30:00' - g * interval '7 minutes', CASE WHEN g % 40 = 0 THEN timestamp '2026-01-15 10:00:00' END, CASE WHEN g % 15 = 0 THEN 'google_oauth2' END, CASE WHEN g % 15 = 0 THEN (100000000000 + g)::text END, CASE WHEN g > 100 * :scale THEN 1 + g % (400 * :scale) END, g
FROM generate_series(1, 600 * :scale) g;

INSERT INTO public.broadcast_announcements (id, user_id, message, link, expiry, created_at, updated_at, organization_id)
SELECT g, g, 'The office is closed on ' || pg_temp.moment(g, 12)::date || '.', 'https://news.example.com/' || g, pg_temp.moment(g, 12)::date, pg_temp.moment(g, 12), pg_temp.moment(g, 12), g
FROM generate_series(1, 12) g;

INSERT INTO public.deprecated_feedback_messages (id, user_id, message, path, created_at, updated_at, resolved)
SELECT g, g, coalesce(pg_temp.note(g), 'Love it!'), '/distributions/new', pg_temp.moment(g, 50), pg_temp.moment(g, 50), g % 2 = 0
FROM generate_series(1, 50) g;

-- 15 families a partner, 2 children a family.

INSERT INTO public.families (id, guardian_first_name, guardian_last_name, guardian_zip_code, guardian_county, guardian_phone, case_manager, home_adult_count, home_child_count, home_young_child_count, sources_of_income, guardian_employed, guardian_employment_type, guardian_monthly_pay, guardian_health_insurance, comments, created_at, updated_at, partner_id, military, archived)
SELECT g, pg_temp.first_name(g), pg_temp.last_name(g), lpad(pg_temp.rnd(g, 1, 99999)::text, 5, '0'), pg_temp.city(g), pg_temp.phone(g), pg_temp.first_name(g + 1), 1 + g % 3, g % 4, 1 + g % 2, jsonb_build_array(pg_temp.pick(g, 2, '{SSI,SNAP,TANF,WIC,Housing subsidized}'), 'WIC'), g % 2 = 0, CASE WHEN g % 2 = 0 THEN '["Full-time"]'::jsonb END, pg_temp.rnd(g, 3, 300000) / 100.0, '["Medicaid"]', pg_temp.note(g), pg_temp.moment(g, 6000 * :scale), pg_temp.moment(g, 6000 * :scale), (g + 14) / 15, g % 11 = 0, g % 13 = 0
FROM generate_series(1, 6000 * :scale) g;

INSERT INTO public.authorized_family_members (id, first_name, last_name, date_of_birth, gender, comments, family_id, created_at, updated_at)
SELECT g, pg_temp.first_name(g + 7), pg_temp.last_name(2 * g), date '1960-01-01' + pg_temp.rnd(g, 1, 15000), pg_temp.pick(g, 2, '{Male,Female}'), pg_temp.note(g), 2 * g, pg_temp.moment(g, 3000 * :scale), pg_temp.moment(g, 3000 * :scale)
FROM generate_series(1, 3000 * :scale) g;

INSERT INTO public.children (id, first_name, last_name, date_of_birth, gender, child_lives_with, race, agency_child_id, health_insurance, comments, created_at, updated_at, family_id, item_needed_diaperid, active, archived)
SELECT g, pg_temp.first_name(3 * g), pg_temp.last_name((g + 1) / 2), date '2021-01-01' + pg_temp.rnd(g, 1, 2100), pg_temp.pick(g, 2, '{Male,Female}'), '["Mother", "Grandparent"]', jsonb_build_array(pg_temp.pick(g, 3, '{African American,Caucasian,Hispanic,Asian,American Indian,Pacific Islander,Multi-racial,Other}')), 'A-' || g, '["Private insurance"]', pg_temp.note(g), pg_temp.moment(g, 12000 * :scale), pg_temp.moment(g, 12000 * :scale), (g + 1) / 2, 40 * ((g + 599) / 600) - g % 40, g % 9 <> 0, g % 13 = 0
FROM generate_series(1, 12000 * :scale) g;

INSERT INTO public.children_items (child_id, item_id)
SELECT g, 40 * ((g + 599) / 600) - g % 40
FROM generate_series(1, 12000 * :scale) g;

-- 30 distributions and 25 requests a partner; the first 20 requests are met.

INSERT INTO public.distributions (id, comment, created_at, updated_at, storage_location_id, partner_id, organization_id, issued_at, agency_rep, state, delivery_method, shipping_cost)
SELECT g, pg_temp.note(g), pg_temp.moment(g, 12000 * :scale), pg_temp.moment(g, 12000 * :scale), 2 * ((g + 599) / 600) - g % 2, (g + 29) / 30, (g + 599) / 600, pg_temp.moment(g, 12000 * :scale) + interval '3 days', pg_temp.first_name(g) || ' ' || pg_temp.last_name(g), 5 * (g % 2), g % 3, CASE WHEN g % 3 = 2 THEN pg_temp.rnd(g, 1, 9000) / 100.0 END
FROM generate_series(1, 12000 * :scale) g;

INSERT INTO public.requests (id, partner_id, organization_id, request_items, comments, created_at, updated_at, distribution_id, status, discarded_at, discard_reason, partner_user_id, request_type)
SELECT g, (g + 24) / 25, (g + 499) / 500, jsonb_build_array(jsonb_build_object('item_id', 40 * ((g + 499) / 500) - g % 40, 'quantity', 10 * (1 + g % 30)), jsonb_build_object('item_id', 40 * ((g + 499) / 500) - (g + 7) % 40, 'quantity', 5 * (1 + g % 20))), pg_temp.note(g), pg_temp.moment(g, 10000 * :scale), pg_temp.moment(g, 10000 * :scale), CASE WHEN (g - 1) % 25 < 20 THEN 30 * ((g + 24) / 25 - 1) + 1 + (g - 1) % 25 END, CASE WHEN (g - 1) % 25 < 20 THEN 2 ELSE g % 2 END, CASE WHEN g % 25 = 0 THEN pg_temp.moment(g, 10000 * :scale) + interval '1 day' END, CASE WHEN g % 25 = 0 THEN 'asked twice' END, 100 * :scale + 1 + g % (500 * :scale), pg_temp.pick(g, 1, '{quantity,individual,child}')
FROM generate_series(1, 10000 * :scale) g;

INSERT INTO public.item_requests (id, name, quantity, partner_request_id, created_at, updated_at, partner_key, item_id, request_unit)
SELECT g, 'Kids Diapers (Size ' || g % 8 || ')', (10 * (1 + g % 30))::text, (g + 2) / 3, pg_temp.moment(g, 30000 * :scale), pg_temp.moment(g, 30000 * :scale), 'base_item_' || 1 + g % 45, 40 * ((g + 1499) / 1500) - g % 40, CASE WHEN g % 4 = 0 THEN 'pack' END
FROM generate_series(1, 30000 * :scale) g;

INSERT INTO public.child_item_requests (id, child_id, item_request_id, created_at, updated_at, picked_up, quantity_picked_up)
SELECT g, 1 + pg_temp.rnd(g, 1, 12000 * :scale), 2 * g, pg_temp.moment(g, 15000 * :scale), pg_temp.moment(g, 15000 * :scale), g % 3 <> 0, CASE WHEN g % 3 <> 0 THEN 50 END
FROM generate_series(1, 15000 * :scale) g;

-- What comes in and moves.

INSERT INTO public.donations (id, source, donation_site_id, created_at, updated_at, storage_location_id, comment, organization_id, product_drive_participant_id, issued_at, money_raised, manufacturer_id, product_drive_id)
SELECT g, (ARRAY['Donation Site', 'Manufacturer', 'Product Drive', 'Misc. Donation'])[1 + g % 4], CASE WHEN g % 4 = 0 THEN 10 * ((g + 249) / 250) - g % 10 END, pg_temp.moment(g, 5000 * :scale), pg_temp.moment(g, 5000 * :scale), 2 * ((g + 249) / 250) - g % 2, pg_temp.note(g), (g + 249) / 250, CASE WHEN g % 4 = 2 THEN 10 * ((g + 249) / 250) - g % 10 END, pg_temp.moment(g, 5000 * :scale), CASE WHEN g % 7 = 0 THEN pg_temp.rnd(g, 1, 100000) END, CASE WHEN g % 4 = 1 THEN 5 * ((g + 249) / 250) - g % 5 END, CASE WHEN g % 4 = 2 THEN 4 * ((g + 249) / 250) - g % 4 END
FROM generate_series(1, 5000 * :scale) g;

INSERT INTO public.purchases (id, purchased_from, comment, organization_id, storage_location_id, amount_spent_in_cents, issued_at, created_at, updated_at, vendor_id, amount_spent_on_diapers_cents)
SELECT g, 'Warehouse club', pg_temp.note(g), (g + 74) / 75, 2 * ((g + 74) / 75) - g % 2, pg_temp.rnd(g, 1, 900000), pg_temp.moment(g, 1500 * :scale), pg_temp.moment(g, 1500 * :scale), pg_temp.moment(g, 1500 * :scale), 5 * ((g + 74) / 75) - g % 5, pg_temp.rnd(g, 1, 900000)
FROM generate_series(1, 1500 * :scale) g;

INSERT INTO public.adjustments (id, organization_id, storage_location_id, comment, created_at, updated_at, user_id)
SELECT g, (g + 24) / 25, 2 * ((g + 24) / 25) - g % 2, coalesce(pg_temp.note(g), 'recount'), pg_temp.moment(g, 500 * :scale), pg_temp.moment(g, 500 * :scale), 5 * ((g + 24) / 25) - g % 5
FROM generate_series(1, 500 * :scale) g;

INSERT INTO public.transfers (id, from_id, to_id, comment, created_at, updated_at, organization_id)
SELECT g, 2 * ((g + 19) / 20) - 1, 2 * ((g + 19) / 20), pg_temp.note(g), pg_temp.moment(g, 400 * :scale), pg_temp.moment(g, 400 * :scale), (g + 19) / 20
FROM generate_series(1, 400 * :scale) g;

INSERT INTO public.audits (id, user_id, organization_id, adjustment_id, storage_location_id, status, created_at, updated_at)
SELECT g, 5 * ((g + 9) / 10), (g + 9) / 10, CASE WHEN g % 2 = 0 THEN 25 * ((g + 9) / 10) - g % 10 END, 2 * ((g + 9) / 10), g % 3, pg_temp.moment(g, 200 * :scale), pg_temp.moment(g, 200 * :scale)
FROM generate_series(1, 200 * :scale) g;

INSERT INTO public.line_items (id, quantity, item_id, itemizable_id, itemizable_type, created_at, updated_at)
SELECT g, 1 + pg_temp.rnd(g, 1, 500), 40 * ((g + 2399) / 2400) - g % 40, (g + 3) / 4, 'Distribution', pg_temp.moment(g, 48000 * :scale), pg_temp.moment(g, 48000 * :scale)
FROM generate_series(1, 48000 * :scale) g
UNION ALL
SELECT 48000 * :scale + g, 1 + pg_temp.rnd(g, 2, 5000), 40 * ((g + 749) / 750) - g % 40, (g + 2) / 3, 'Donation', pg_temp.moment(g, 15000 * :scale), pg_temp.moment(g, 15000 * :scale)
FROM generate_series(1, 15000 * :scale) g
UNION ALL
SELECT 63000 * :scale + g, 1 + pg_temp.rnd(g, 3, 5000), 40 * ((g + 224) / 225) - g % 40, (g + 2) / 3, 'Purchase', pg_temp.moment(g, 4500 * :scale), pg_temp.moment(g, 4500 * :scale)
FROM generate_series(1, 4500 * :scale) g;

-- What happened: the inventory's log, and what changed in every record.

INSERT INTO public.events (id, type, event_time, data, eventable_id, eventable_type, created_at, updated_at, organization_id, user_id, group_id)
SELECT g, 'DistributionEvent', m, jsonb_build_object('items', jsonb_build_array(jsonb_build_object('item_id', 40 * o - g % 40, 'quantity', 1 + pg_temp.rnd(g, 1, 500), 'item_value_in_cents', pg_temp.rnd(g, 2, 400), 'from_storage_location', 2 * o - g % 2, 'to_storage_location', NULL), jsonb_build_object('item_id', 40 * o - (g + 11) % 40, 'quantity', 1 + pg_temp.rnd(g, 3, 500), 'item_value_in_cents', pg_temp.rnd(g, 4, 400), 'from_storage_location', 2 * o - g % 2, 'to_storage_location', NULL))), 600 * (o - 1) + 1 + g % 600, 'Distribution', m, m, o, 5 * o - g % 5, 'event-' || substr(md5('event' || g), 1, 12)
FROM generate_series(1, 30000 * :scale) g, LATERAL (SELECT pg_temp.moment(g, 30000 * :scale) AS m, (g + 1499) / 1500 AS o) x;

INSERT INTO public.versions (id, item_type, item_id, event, whodunnit, object, created_at, object_changes)
SELECT g, 'Distribution', 1 + g % (12000 * :scale), pg_temp.pick(g, 1, '{create,update,update,destroy}'), (1 + g % (600 * :scale))::text, jsonb_build_object('id', 1 + g % (12000 * :scale), 'comment', pg_temp.note(g), 'partner_id', 1 + g % (400 * :scale), 'agency_rep', pg_temp.first_name(g) || ' ' || pg_temp.last_name(g), 'issued_at', m, 'state', 'complete', 'storage_location_id', 1 + g % (40 * :scale), 'reminder_email_enabled', g % 2 = 0), m, jsonb_build_object('agency_rep', jsonb_build_array(NULL, pg_temp.first_name(g)), 'updated_at', jsonb_build_array(m - interval '1 hour', m))
FROM generate_series(1, 40000 * :scale) g, LATERAL (SELECT pg_temp.moment(g, 40000 * :scale) AS m) x;

-- Rails' own furniture.

INSERT INTO public.delayed_jobs (id, priority, attempts, handler, last_error, run_at, failed_at, queue, created_at, updated_at)
SELECT g, g % 3, g % 2, E'--- !ruby/object:ActiveJob::QueueAdapters::DelayedJobAdapter::JobWrapper\njob_data:\n  job_class: PartnerMailerJob\n  arguments:\n  - ' || g || E'\n', CASE WHEN g % 2 = 1 THEN E'Net::ReadTimeout\n\tapp/jobs/partner_mailer_job.rb:9' END, timestamp '2026-11-23 08:30:00' + g * interval '1 minute', NULL, 'default', '2026-11-23 08:00:00', '2026-11-23 08:00:00'
FROM generate_series(1, 400 * :scale) g;

INSERT INTO public.active_storage_blobs (id, key, filename, content_type, metadata, byte_size, checksum, created_at, service_name)
SELECT g, md5('blob' || g), 'proof-' || g || '.pdf', 'application/pdf', '{"identified":true,"analyzed":true}', 1000 + pg_temp.rnd(g, 1, 900000), left(encode(decode(md5('sum' || g), 'hex'), 'base64'), 24), pg_temp.moment(g, 1500 * :scale), 'amazon'
FROM generate_series(1, 1500 * :scale) g;

INSERT INTO public.active_storage_attachments (id, name, record_type, record_id, blob_id, created_at)
SELECT g, 'proof_of_partner_status', 'Partners::Profile', 1 + g % (400 * :scale), g, pg_temp.moment(g, 1500 * :scale)
FROM generate_series(1, 1500 * :scale) g;

INSERT INTO public.active_storage_variant_records (id, blob_id, variation_digest, created_at, updated_at)
SELECT g, g, md5('variation' || g), pg_temp.moment(g, 300 * :scale), pg_temp.moment(g, 300 * :scale)
FROM generate_series(1, 300 * :scale) g;

INSERT INTO public.action_text_rich_texts (id, name, body, record_type, record_id, created_at, updated_at)
SELECT g, 'default_email_text', '<div>Hello %{partner_name},<br>your order of <strong>%{delivery_method}</strong> is ready.</div>', 'Organization', g, pg_temp.moment(g, 20 * :scale), pg_temp.moment(g, 20 * :scale)
FROM generate_series(1, 20 * :scale) g;

INSERT INTO public.solid_cache_entries (id, key, value, created_at, key_hash, byte_size)
SELECT g, convert_to('views/dashboard/' || g, 'UTF8'), decode(md5('x' || g) || md5('y' || g) || '00ff5c5c0a', 'hex'), pg_temp.moment(g, 500 * :scale), g * 7919 - 4000000, 150
FROM generate_series(1, 500 * :scale) g;

-- One large object of 1 MiB.

SELECT lo_from_bytea(424242, string_agg(decode(md5(g::text), 'hex'), ''::bytea ORDER BY g))
FROM generate_series(1, 65536) g;

COMMENT ON LARGE OBJECT 424242 IS 'A scanned agreement, from before Active Storage.';

-- The sequences go on after the last id.

DO $$
DECLARE
  owned record;
BEGIN
  FOR owned IN
    SELECT d.objid::regclass AS seq, c.relname, a.attname
    FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S'
    JOIN pg_catalog.pg_class c ON c.oid = d.refobjid AND c.relnamespace = 'public'::regnamespace
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
    WHERE d.deptype = 'a'
  LOOP
    EXECUTE format('SELECT setval(%L, max(%I)) FROM public.%I HAVING max(%2$I) IS NOT NULL', owned.seq, owned.attname, owned.relname);
  END LOOP;
END;
$$;
