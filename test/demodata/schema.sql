-- The schema of the demo's production database: shaped like that of the Rails
-- app Human Essentials, in the form of a db/structure.sql. The view, the
-- function with its trigger, and the comments are the demo's own.

CREATE TYPE public.category AS ENUM (
    'US_County',
    'Other'
);

CREATE TYPE public.kit_allocation_type AS ENUM (
    'inventory_in',
    'inventory_out'
);

CREATE TABLE public.account_requests (
    id bigint NOT NULL,
    name character varying NOT NULL,
    email character varying NOT NULL,
    organization_name character varying NOT NULL,
    organization_website character varying,
    confirmed_at timestamp without time zone,
    request_details text NOT NULL,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL,
    rejection_reason character varying,
    status character varying DEFAULT 'started'::character varying NOT NULL,
    ndbn_member_id bigint
);

CREATE SEQUENCE public.account_requests_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.account_requests_id_seq OWNED BY public.account_requests.id;

CREATE TABLE public.action_text_rich_texts (
    id bigint NOT NULL,
    name character varying NOT NULL,
    body text,
    record_type character varying NOT NULL,
    record_id bigint NOT NULL,
    created_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone NOT NULL
);

CREATE SEQUENCE public.action_text_rich_texts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.action_text_rich_texts_id_seq OWNED BY public.action_text_rich_texts.id;

CREATE TABLE public.active_storage_attachments (
    id bigint NOT NULL,
    name character varying NOT NULL,
    record_type character varying NOT NULL,
    record_id bigint NOT NULL,
    blob_id bigint NOT NULL,
    created_at timestamp without time zone NOT NULL
);

CREATE SEQUENCE public.active_storage_attachments_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.active_storage_attachments_id_seq OWNED BY public.active_storage_attachments.id;

CREATE TABLE public.active_storage_blobs (
    id bigint NOT NULL,
    key character varying NOT NULL,
    filename character varying NOT NULL,
    content_type character varying,
    metadata text,
    byte_size bigint NOT NULL,
    checksum character varying NOT NULL,
    created_at timestamp without time zone NOT NULL,
    service_name character varying NOT NULL
);

CREATE SEQUENCE public.active_storage_blobs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.active_storage_blobs_id_seq OWNED BY public.active_storage_blobs.id;

CREATE TABLE public.active_storage_variant_records (
    id bigint NOT NULL,
    blob_id bigint NOT NULL,
    variation_digest character varying NOT NULL,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL
);

CREATE SEQUENCE public.active_storage_variant_records_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.active_storage_variant_records_id_seq OWNED BY public.active_storage_variant_records.id;

CREATE TABLE public.adjustments (
    id integer NOT NULL,
    organization_id integer,
    storage_location_id integer,
    comment text,
    created_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone NOT NULL,
    user_id bigint
);

CREATE SEQUENCE public.adjustments_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.adjustments_id_seq OWNED BY public.adjustments.id;

CREATE TABLE public.annual_reports (
    id bigint NOT NULL,
    organization_id bigint,
    year integer,
    all_reports json,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL
);

CREATE SEQUENCE public.annual_reports_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.annual_reports_id_seq OWNED BY public.annual_reports.id;

CREATE TABLE public.ar_internal_metadata (
    key character varying NOT NULL,
    value character varying,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL
);

CREATE TABLE public.audits (
    id bigint NOT NULL,
    user_id bigint,
    organization_id bigint,
    adjustment_id bigint,
    storage_location_id bigint,
    status integer DEFAULT 0 NOT NULL,
    created_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone NOT NULL
);

CREATE SEQUENCE public.audits_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.audits_id_seq OWNED BY public.audits.id;

CREATE TABLE public.authorized_family_members (
    id bigint NOT NULL,
    first_name character varying,
    last_name character varying,
    date_of_birth date,
    gender character varying,
    comments text,
    family_id bigint,
    created_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone NOT NULL
);

CREATE SEQUENCE public.authorized_family_members_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.authorized_family_members_id_seq OWNED BY public.authorized_family_members.id;

CREATE TABLE public.barcode_items (
    id integer NOT NULL,
    value character varying,
    barcodeable_id integer,
    quantity integer,
    created_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone NOT NULL,
    organization_id integer,
    barcodeable_type character varying DEFAULT 'Item'::character varying
);

CREATE SEQUENCE public.barcode_items_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.barcode_items_id_seq OWNED BY public.barcode_items.id;

CREATE TABLE public.base_items (
    id bigint NOT NULL,
    name character varying,
    category character varying,
    barcode_count integer,
    created_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone NOT NULL,
    size character varying,
    item_count integer,
    partner_key character varying,
    reporting_category character varying
);

CREATE SEQUENCE public.base_items_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.base_items_id_seq OWNED BY public.base_items.id;

CREATE TABLE public.broadcast_announcements (
    id bigint NOT NULL,
    user_id bigint NOT NULL,
    message text,
    link text,
    expiry date,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL,
    organization_id bigint
);

CREATE SEQUENCE public.broadcast_announcements_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.broadcast_announcements_id_seq OWNED BY public.broadcast_announcements.id;

CREATE TABLE public.child_item_requests (
    id bigint NOT NULL,
    child_id bigint,
    item_request_id bigint,
    created_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone NOT NULL,
    picked_up boolean DEFAULT false,
    quantity_picked_up integer,
    picked_up_item_diaperid integer,
    authorized_family_member_id integer
);

CREATE SEQUENCE public.child_item_requests_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.child_item_requests_id_seq OWNED BY public.child_item_requests.id;

CREATE TABLE public.children (
    id bigint NOT NULL,
    first_name character varying,
    last_name character varying,
    date_of_birth date,
    gender character varying,
    child_lives_with jsonb,
    race jsonb,
    agency_child_id character varying,
    health_insurance jsonb,
    comments text,
    created_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone NOT NULL,
    family_id bigint,
    item_needed_diaperid integer,
    active boolean DEFAULT true,
    archived boolean
);

CREATE SEQUENCE public.children_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.children_id_seq OWNED BY public.children.id;

CREATE TABLE public.children_items (
    child_id bigint NOT NULL,
    item_id bigint NOT NULL
);

CREATE TABLE public.counties (
    id bigint NOT NULL,
    name character varying,
    region character varying,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL,
    category public.category DEFAULT 'US_County'::public.category NOT NULL
);

CREATE SEQUENCE public.counties_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.counties_id_seq OWNED BY public.counties.id;

CREATE TABLE public.delayed_jobs (
    id bigint NOT NULL,
    priority integer DEFAULT 0 NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    handler text NOT NULL,
    last_error text,
    run_at timestamp without time zone,
    locked_at timestamp without time zone,
    failed_at timestamp without time zone,
    locked_by character varying,
    queue character varying,
    created_at timestamp(6) without time zone,
    updated_at timestamp(6) without time zone
);

CREATE SEQUENCE public.delayed_jobs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.delayed_jobs_id_seq OWNED BY public.delayed_jobs.id;

CREATE TABLE public.deprecated_feedback_messages (
    id bigint NOT NULL,
    user_id bigint,
    message text,
    path character varying,
    created_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone NOT NULL,
    resolved boolean
);

CREATE SEQUENCE public.deprecated_feedback_messages_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.deprecated_feedback_messages_id_seq OWNED BY public.deprecated_feedback_messages.id;

CREATE TABLE public.distributions (
    id integer NOT NULL,
    comment text,
    created_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone NOT NULL,
    storage_location_id integer,
    partner_id integer,
    organization_id integer,
    issued_at timestamp without time zone,
    agency_rep character varying,
    state integer DEFAULT 5 NOT NULL,
    reminder_email_enabled boolean DEFAULT false NOT NULL,
    delivery_method integer DEFAULT 0 NOT NULL,
    shipping_cost numeric(8,2)
);

CREATE SEQUENCE public.distributions_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.distributions_id_seq OWNED BY public.distributions.id;

CREATE TABLE public.donation_sites (
    id integer NOT NULL,
    name character varying,
    address character varying,
    created_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone NOT NULL,
    organization_id integer,
    latitude double precision,
    longitude double precision,
    contact_name character varying,
    email character varying,
    phone character varying,
    active boolean DEFAULT true
);

CREATE SEQUENCE public.donation_sites_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.donation_sites_id_seq OWNED BY public.donation_sites.id;

CREATE TABLE public.donations (
    id integer NOT NULL,
    source character varying,
    donation_site_id integer,
    created_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone NOT NULL,
    storage_location_id integer,
    comment text,
    organization_id integer,
    product_drive_participant_id integer,
    issued_at timestamp without time zone,
    money_raised integer,
    manufacturer_id bigint,
    product_drive_id bigint
);

CREATE SEQUENCE public.donations_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.donations_id_seq OWNED BY public.donations.id;

CREATE TABLE public.events (
    id bigint NOT NULL,
    type character varying NOT NULL,
    event_time timestamp(6) without time zone NOT NULL,
    data jsonb,
    eventable_id bigint,
    eventable_type character varying,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL,
    organization_id bigint,
    user_id bigint,
    group_id character varying
);

CREATE SEQUENCE public.events_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.events_id_seq OWNED BY public.events.id;

CREATE TABLE public.families (
    id bigint NOT NULL,
    guardian_first_name character varying,
    guardian_last_name character varying,
    guardian_zip_code character varying,
    guardian_county character varying,
    guardian_phone character varying,
    case_manager character varying,
    home_adult_count integer,
    home_child_count integer,
    home_young_child_count integer,
    sources_of_income jsonb,
    guardian_employed boolean,
    guardian_employment_type jsonb,
    guardian_monthly_pay numeric,
    guardian_health_insurance jsonb,
    comments text,
    created_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone NOT NULL,
    partner_id bigint,
    military boolean DEFAULT false,
    old_partner_id bigint,
    archived boolean DEFAULT false
);

CREATE SEQUENCE public.families_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.families_id_seq OWNED BY public.families.id;

CREATE TABLE public.flipper_features (
    id bigint NOT NULL,
    key character varying NOT NULL,
    created_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone NOT NULL
);

CREATE SEQUENCE public.flipper_features_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.flipper_features_id_seq OWNED BY public.flipper_features.id;

CREATE TABLE public.flipper_gates (
    id bigint NOT NULL,
    feature_key character varying NOT NULL,
    key character varying NOT NULL,
    value text,
    created_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone NOT NULL
);

CREATE SEQUENCE public.flipper_gates_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.flipper_gates_id_seq OWNED BY public.flipper_gates.id;

CREATE TABLE public.inventory_items (
    id integer NOT NULL,
    storage_location_id integer,
    item_id integer,
    quantity integer DEFAULT 0,
    created_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone NOT NULL
);

CREATE SEQUENCE public.inventory_items_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.inventory_items_id_seq OWNED BY public.inventory_items.id;

CREATE TABLE public.item_categories (
    id bigint NOT NULL,
    name character varying NOT NULL,
    description text,
    organization_id integer NOT NULL,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL
);

CREATE SEQUENCE public.item_categories_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.item_categories_id_seq OWNED BY public.item_categories.id;

CREATE TABLE public.item_categories_partner_groups (
    id bigint NOT NULL,
    partner_group_id bigint NOT NULL,
    item_category_id bigint NOT NULL,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL
);

CREATE SEQUENCE public.item_categories_partner_groups_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.item_categories_partner_groups_id_seq OWNED BY public.item_categories_partner_groups.id;

CREATE TABLE public.item_requests (
    id bigint NOT NULL,
    name character varying,
    quantity character varying,
    partner_request_id bigint,
    created_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone NOT NULL,
    partner_key character varying,
    item_id integer,
    old_partner_request_id integer,
    request_unit character varying
);

CREATE SEQUENCE public.item_requests_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.item_requests_id_seq OWNED BY public.item_requests.id;

CREATE TABLE public.item_units (
    id bigint NOT NULL,
    name character varying NOT NULL,
    item_id bigint,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL
);

CREATE SEQUENCE public.item_units_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.item_units_id_seq OWNED BY public.item_units.id;

CREATE TABLE public.items (
    id integer NOT NULL,
    name character varying,
    created_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone NOT NULL,
    barcode_count integer,
    organization_id integer,
    active boolean DEFAULT true,
    partner_key character varying,
    value_in_cents integer DEFAULT 0,
    package_size integer,
    distribution_quantity integer,
    on_hand_minimum_quantity integer DEFAULT 0 NOT NULL,
    on_hand_recommended_quantity integer,
    visible_to_partners boolean DEFAULT true NOT NULL,
    kit_id integer,
    item_category_id integer,
    additional_info text,
    reporting_category character varying,
    type character varying DEFAULT 'ConcreteItem'::character varying NOT NULL
);

CREATE SEQUENCE public.items_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.items_id_seq OWNED BY public.items.id;

CREATE TABLE public.kit_allocations (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    storage_location_id bigint NOT NULL,
    kit_id bigint NOT NULL,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL,
    kit_allocation_type public.kit_allocation_type DEFAULT 'inventory_in'::public.kit_allocation_type NOT NULL
);

CREATE SEQUENCE public.kit_allocations_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.kit_allocations_id_seq OWNED BY public.kit_allocations.id;

CREATE TABLE public.kits (
    id bigint NOT NULL,
    name character varying NOT NULL,
    organization_id integer NOT NULL,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL,
    active boolean DEFAULT true,
    visible_to_partners boolean DEFAULT true NOT NULL,
    value_in_cents integer DEFAULT 0
);

CREATE SEQUENCE public.kits_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.kits_id_seq OWNED BY public.kits.id;

CREATE TABLE public.line_items (
    id integer NOT NULL,
    quantity integer,
    item_id integer,
    itemizable_id integer,
    itemizable_type character varying,
    created_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone NOT NULL
);

CREATE SEQUENCE public.line_items_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.line_items_id_seq OWNED BY public.line_items.id;

CREATE TABLE public.manufacturers (
    id bigint NOT NULL,
    name character varying,
    organization_id bigint,
    created_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone NOT NULL
);

CREATE SEQUENCE public.manufacturers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.manufacturers_id_seq OWNED BY public.manufacturers.id;

CREATE TABLE public.ndbn_members (
    ndbn_member_id bigint NOT NULL,
    account_name character varying NOT NULL,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL
);

CREATE SEQUENCE public.ndbn_members_ndbn_member_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.ndbn_members_ndbn_member_id_seq OWNED BY public.ndbn_members.ndbn_member_id;

CREATE TABLE public.organizations (
    id integer NOT NULL,
    name character varying,
    email character varying,
    url character varying,
    created_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone NOT NULL,
    intake_location integer,
    street character varying,
    city character varying,
    state character varying,
    zipcode character varying,
    latitude double precision,
    longitude double precision,
    reminder_day integer,
    deadline_day integer,
    invitation_text text,
    default_storage_location integer,
    partner_form_fields text[] DEFAULT '{}'::text[],
    account_request_id integer,
    repackage_essentials boolean DEFAULT false NOT NULL,
    distribute_monthly boolean DEFAULT false NOT NULL,
    ndbn_member_id bigint,
    enable_child_based_requests boolean DEFAULT true NOT NULL,
    enable_individual_requests boolean DEFAULT true NOT NULL,
    enable_quantity_based_requests boolean DEFAULT true NOT NULL,
    ytd_on_distribution_printout boolean DEFAULT true NOT NULL,
    one_step_partner_invite boolean DEFAULT false NOT NULL,
    hide_value_columns_on_receipt boolean DEFAULT false,
    hide_package_column_on_receipt boolean DEFAULT false,
    signature_for_distribution_pdf boolean DEFAULT false,
    receive_email_on_requests boolean DEFAULT false NOT NULL,
    include_in_kind_values_in_exported_files boolean DEFAULT false NOT NULL,
    bank_is_set_up boolean DEFAULT false NOT NULL,
    reminder_schedule_definition character varying,
    include_packages_in_distribution_export boolean DEFAULT false NOT NULL
);

CREATE SEQUENCE public.organizations_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.organizations_id_seq OWNED BY public.organizations.id;

CREATE TABLE public.partner_forms (
    id bigint NOT NULL,
    essentials_bank_id integer,
    sections text[] DEFAULT '{}'::text[],
    created_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone NOT NULL
);

CREATE SEQUENCE public.partner_forms_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.partner_forms_id_seq OWNED BY public.partner_forms.id;

CREATE TABLE public.partner_groups (
    id bigint NOT NULL,
    organization_id bigint,
    name character varying,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL,
    send_reminders boolean DEFAULT false NOT NULL,
    reminder_day integer,
    deadline_day integer,
    reminder_schedule_definition character varying
);

CREATE SEQUENCE public.partner_groups_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.partner_groups_id_seq OWNED BY public.partner_groups.id;

CREATE TABLE public.partner_profiles (
    id bigint NOT NULL,
    essentials_bank_id bigint,
    partner_id integer,
    name character varying,
    agency_type character varying,
    agency_mission text,
    address1 character varying,
    address2 character varying,
    city character varying,
    state character varying,
    zip_code character varying,
    website character varying,
    facebook character varying,
    twitter character varying,
    founded integer,
    form_990 boolean,
    program_name character varying,
    program_description text,
    program_age character varying,
    case_management boolean,
    evidence_based boolean,
    essentials_use character varying,
    receives_essentials_from_other character varying,
    currently_provide_diapers boolean,
    program_address1 character varying,
    program_address2 character varying,
    program_city character varying,
    program_state character varying,
    program_zip_code integer,
    client_capacity character varying,
    storage_space boolean,
    describe_storage_space text,
    income_requirement_desc boolean,
    income_verification boolean,
    population_black integer,
    population_white integer,
    population_hispanic integer,
    population_asian integer,
    population_american_indian integer,
    population_island integer,
    population_multi_racial integer,
    population_other integer,
    zips_served character varying,
    at_fpl_or_below integer,
    above_1_2_times_fpl integer,
    greater_2_times_fpl integer,
    poverty_unknown integer,
    executive_director_name character varying,
    executive_director_phone character varying,
    executive_director_email character varying,
    primary_contact_name character varying,
    primary_contact_phone character varying,
    primary_contact_mobile character varying,
    primary_contact_email character varying,
    pick_up_name character varying,
    pick_up_phone character varying,
    pick_up_email character varying,
    distribution_times character varying,
    new_client_times character varying,
    more_docs_required character varying,
    sources_of_funding character varying,
    sources_of_diapers character varying,
    essentials_budget character varying,
    essentials_funding_source character varying,
    created_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone NOT NULL,
    other_agency_type character varying,
    status_in_diaper_base character varying,
    enable_child_based_requests boolean DEFAULT true NOT NULL,
    enable_individual_requests boolean DEFAULT true NOT NULL,
    instagram character varying,
    no_social_media_presence boolean,
    enable_quantity_based_requests boolean DEFAULT true NOT NULL
);

CREATE SEQUENCE public.partner_profiles_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.partner_profiles_id_seq OWNED BY public.partner_profiles.id;

CREATE TABLE public.partner_served_areas (
    id bigint NOT NULL,
    partner_profile_id bigint NOT NULL,
    county_id bigint NOT NULL,
    client_share integer,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL
);

CREATE SEQUENCE public.partner_served_areas_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.partner_served_areas_id_seq OWNED BY public.partner_served_areas.id;

CREATE TABLE public.partners (
    id integer NOT NULL,
    name character varying,
    email character varying,
    created_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone NOT NULL,
    organization_id integer,
    status integer DEFAULT 0,
    send_reminders boolean DEFAULT false NOT NULL,
    notes text,
    quota integer,
    partner_group_id bigint,
    default_storage_location_id bigint,
    info_for_partner text
);

CREATE SEQUENCE public.partners_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.partners_id_seq OWNED BY public.partners.id;

CREATE TABLE public.product_drive_participants (
    id integer NOT NULL,
    contact_name character varying,
    email character varying,
    phone character varying,
    comment character varying,
    organization_id integer,
    created_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone NOT NULL,
    address character varying,
    business_name character varying,
    latitude double precision,
    longitude double precision
);

CREATE SEQUENCE public.product_drive_participants_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.product_drive_participants_id_seq OWNED BY public.product_drive_participants.id;

CREATE TABLE public.product_drives (
    id bigint NOT NULL,
    name character varying,
    start_date date,
    end_date date,
    created_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone NOT NULL,
    organization_id bigint,
    virtual boolean DEFAULT false NOT NULL
);

CREATE SEQUENCE public.product_drives_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.product_drives_id_seq OWNED BY public.product_drives.id;

CREATE TABLE public.purchases (
    id bigint NOT NULL,
    purchased_from character varying,
    comment text,
    organization_id integer,
    storage_location_id integer,
    amount_spent_in_cents integer,
    issued_at timestamp without time zone,
    created_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone NOT NULL,
    vendor_id integer,
    amount_spent_on_diapers_cents integer DEFAULT 0 NOT NULL,
    amount_spent_on_adult_incontinence_cents integer DEFAULT 0 NOT NULL,
    amount_spent_on_other_cents integer DEFAULT 0 NOT NULL,
    amount_spent_on_period_supplies_cents integer DEFAULT 0 NOT NULL
);

CREATE SEQUENCE public.purchases_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.purchases_id_seq OWNED BY public.purchases.id;

CREATE TABLE public.questions (
    id bigint NOT NULL,
    title character varying NOT NULL,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL
);

CREATE SEQUENCE public.questions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.questions_id_seq OWNED BY public.questions.id;

CREATE TABLE public.requests (
    id bigint NOT NULL,
    partner_id bigint,
    organization_id bigint,
    request_items jsonb DEFAULT '{}'::jsonb,
    comments text,
    created_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone NOT NULL,
    distribution_id integer,
    status integer DEFAULT 0,
    discarded_at timestamp without time zone,
    discard_reason text,
    partner_user_id integer,
    request_type character varying
);

CREATE SEQUENCE public.requests_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.requests_id_seq OWNED BY public.requests.id;

CREATE TABLE public.roles (
    id bigint NOT NULL,
    name character varying,
    resource_type character varying,
    resource_id bigint,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL,
    old_resource_id bigint
);

CREATE SEQUENCE public.roles_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.roles_id_seq OWNED BY public.roles.id;

CREATE TABLE public.schema_migrations (
    version character varying NOT NULL
);

CREATE TABLE public.solid_cache_entries (
    id bigint NOT NULL,
    key bytea NOT NULL,
    value bytea NOT NULL,
    created_at timestamp(6) without time zone NOT NULL,
    key_hash bigint NOT NULL,
    byte_size integer NOT NULL
);

CREATE SEQUENCE public.solid_cache_entries_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.solid_cache_entries_id_seq OWNED BY public.solid_cache_entries.id;

CREATE TABLE public.storage_locations (
    id integer NOT NULL,
    name character varying,
    address character varying,
    created_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone NOT NULL,
    organization_id integer,
    latitude double precision,
    longitude double precision,
    square_footage integer,
    warehouse_type character varying,
    time_zone character varying DEFAULT 'America/Los_Angeles'::character varying NOT NULL,
    discarded_at timestamp(6) without time zone
);

CREATE SEQUENCE public.storage_locations_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.storage_locations_id_seq OWNED BY public.storage_locations.id;

CREATE TABLE public.taggings (
    id bigint NOT NULL,
    tag_id bigint NOT NULL,
    taggable_type character varying NOT NULL,
    taggable_id bigint NOT NULL,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL
);

CREATE SEQUENCE public.taggings_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.taggings_id_seq OWNED BY public.taggings.id;

CREATE TABLE public.tags (
    id bigint NOT NULL,
    name character varying(256) NOT NULL,
    type character varying NOT NULL,
    organization_id bigint NOT NULL,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL
);

CREATE SEQUENCE public.tags_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.tags_id_seq OWNED BY public.tags.id;

CREATE TABLE public.transfers (
    id integer NOT NULL,
    from_id integer,
    to_id integer,
    comment character varying,
    created_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone NOT NULL,
    organization_id integer
);

CREATE SEQUENCE public.transfers_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.transfers_id_seq OWNED BY public.transfers.id;

CREATE TABLE public.units (
    id bigint NOT NULL,
    name character varying NOT NULL,
    organization_id bigint,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL
);

CREATE SEQUENCE public.units_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.units_id_seq OWNED BY public.units.id;

CREATE TABLE public.users (
    id integer NOT NULL,
    email character varying DEFAULT ''::character varying NOT NULL,
    encrypted_password character varying DEFAULT ''::character varying NOT NULL,
    reset_password_token character varying,
    reset_password_sent_at timestamp without time zone,
    remember_created_at timestamp without time zone,
    sign_in_count integer DEFAULT 0 NOT NULL,
    current_sign_in_at timestamp without time zone,
    last_sign_in_at timestamp without time zone,
    current_sign_in_ip inet,
    last_sign_in_ip inet,
    created_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone NOT NULL,
    organization_id integer,
    invitation_token character varying,
    invitation_created_at timestamp without time zone,
    invitation_sent_at timestamp without time zone,
    invitation_accepted_at timestamp without time zone,
    invitation_limit integer,
    invited_by_type character varying,
    invited_by_id integer,
    invitations_count integer DEFAULT 0,
    organization_admin boolean,
    name character varying,
    super_admin boolean DEFAULT false,
    last_request_at timestamp without time zone,
    discarded_at timestamp without time zone,
    provider character varying,
    uid character varying,
    partner_id bigint,
    last_role_id bigint
);

CREATE SEQUENCE public.users_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.users_id_seq OWNED BY public.users.id;

CREATE TABLE public.users_roles (
    id bigint NOT NULL,
    user_id bigint,
    role_id bigint
);

CREATE SEQUENCE public.users_roles_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.users_roles_id_seq OWNED BY public.users_roles.id;

CREATE TABLE public.vendors (
    id bigint NOT NULL,
    contact_name character varying,
    email character varying,
    phone character varying,
    comment character varying,
    organization_id integer,
    address character varying,
    business_name character varying,
    latitude double precision,
    longitude double precision,
    created_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone NOT NULL,
    active boolean DEFAULT true
);

CREATE SEQUENCE public.vendors_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.vendors_id_seq OWNED BY public.vendors.id;

CREATE TABLE public.versions (
    id bigint NOT NULL,
    item_type character varying NOT NULL,
    item_id bigint NOT NULL,
    event character varying NOT NULL,
    whodunnit character varying,
    object jsonb,
    created_at timestamp without time zone,
    object_changes jsonb
);

CREATE SEQUENCE public.versions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.versions_id_seq OWNED BY public.versions.id;

ALTER TABLE ONLY public.account_requests ALTER COLUMN id SET DEFAULT nextval('public.account_requests_id_seq'::regclass);

ALTER TABLE ONLY public.action_text_rich_texts ALTER COLUMN id SET DEFAULT nextval('public.action_text_rich_texts_id_seq'::regclass);

ALTER TABLE ONLY public.active_storage_attachments ALTER COLUMN id SET DEFAULT nextval('public.active_storage_attachments_id_seq'::regclass);

ALTER TABLE ONLY public.active_storage_blobs ALTER COLUMN id SET DEFAULT nextval('public.active_storage_blobs_id_seq'::regclass);

ALTER TABLE ONLY public.active_storage_variant_records ALTER COLUMN id SET DEFAULT nextval('public.active_storage_variant_records_id_seq'::regclass);

ALTER TABLE ONLY public.adjustments ALTER COLUMN id SET DEFAULT nextval('public.adjustments_id_seq'::regclass);

ALTER TABLE ONLY public.annual_reports ALTER COLUMN id SET DEFAULT nextval('public.annual_reports_id_seq'::regclass);

ALTER TABLE ONLY public.audits ALTER COLUMN id SET DEFAULT nextval('public.audits_id_seq'::regclass);

ALTER TABLE ONLY public.authorized_family_members ALTER COLUMN id SET DEFAULT nextval('public.authorized_family_members_id_seq'::regclass);

ALTER TABLE ONLY public.barcode_items ALTER COLUMN id SET DEFAULT nextval('public.barcode_items_id_seq'::regclass);

ALTER TABLE ONLY public.base_items ALTER COLUMN id SET DEFAULT nextval('public.base_items_id_seq'::regclass);

ALTER TABLE ONLY public.broadcast_announcements ALTER COLUMN id SET DEFAULT nextval('public.broadcast_announcements_id_seq'::regclass);

ALTER TABLE ONLY public.child_item_requests ALTER COLUMN id SET DEFAULT nextval('public.child_item_requests_id_seq'::regclass);

ALTER TABLE ONLY public.children ALTER COLUMN id SET DEFAULT nextval('public.children_id_seq'::regclass);

ALTER TABLE ONLY public.counties ALTER COLUMN id SET DEFAULT nextval('public.counties_id_seq'::regclass);

ALTER TABLE ONLY public.delayed_jobs ALTER COLUMN id SET DEFAULT nextval('public.delayed_jobs_id_seq'::regclass);

ALTER TABLE ONLY public.deprecated_feedback_messages ALTER COLUMN id SET DEFAULT nextval('public.deprecated_feedback_messages_id_seq'::regclass);

ALTER TABLE ONLY public.distributions ALTER COLUMN id SET DEFAULT nextval('public.distributions_id_seq'::regclass);

ALTER TABLE ONLY public.donation_sites ALTER COLUMN id SET DEFAULT nextval('public.donation_sites_id_seq'::regclass);

ALTER TABLE ONLY public.donations ALTER COLUMN id SET DEFAULT nextval('public.donations_id_seq'::regclass);

ALTER TABLE ONLY public.events ALTER COLUMN id SET DEFAULT nextval('public.events_id_seq'::regclass);

ALTER TABLE ONLY public.families ALTER COLUMN id SET DEFAULT nextval('public.families_id_seq'::regclass);

ALTER TABLE ONLY public.flipper_features ALTER COLUMN id SET DEFAULT nextval('public.flipper_features_id_seq'::regclass);

ALTER TABLE ONLY public.flipper_gates ALTER COLUMN id SET DEFAULT nextval('public.flipper_gates_id_seq'::regclass);

ALTER TABLE ONLY public.inventory_items ALTER COLUMN id SET DEFAULT nextval('public.inventory_items_id_seq'::regclass);

ALTER TABLE ONLY public.item_categories ALTER COLUMN id SET DEFAULT nextval('public.item_categories_id_seq'::regclass);

ALTER TABLE ONLY public.item_categories_partner_groups ALTER COLUMN id SET DEFAULT nextval('public.item_categories_partner_groups_id_seq'::regclass);

ALTER TABLE ONLY public.item_requests ALTER COLUMN id SET DEFAULT nextval('public.item_requests_id_seq'::regclass);

ALTER TABLE ONLY public.item_units ALTER COLUMN id SET DEFAULT nextval('public.item_units_id_seq'::regclass);

ALTER TABLE ONLY public.items ALTER COLUMN id SET DEFAULT nextval('public.items_id_seq'::regclass);

ALTER TABLE ONLY public.kit_allocations ALTER COLUMN id SET DEFAULT nextval('public.kit_allocations_id_seq'::regclass);

ALTER TABLE ONLY public.kits ALTER COLUMN id SET DEFAULT nextval('public.kits_id_seq'::regclass);

ALTER TABLE ONLY public.line_items ALTER COLUMN id SET DEFAULT nextval('public.line_items_id_seq'::regclass);

ALTER TABLE ONLY public.manufacturers ALTER COLUMN id SET DEFAULT nextval('public.manufacturers_id_seq'::regclass);

ALTER TABLE ONLY public.ndbn_members ALTER COLUMN ndbn_member_id SET DEFAULT nextval('public.ndbn_members_ndbn_member_id_seq'::regclass);

ALTER TABLE ONLY public.organizations ALTER COLUMN id SET DEFAULT nextval('public.organizations_id_seq'::regclass);

ALTER TABLE ONLY public.partner_forms ALTER COLUMN id SET DEFAULT nextval('public.partner_forms_id_seq'::regclass);

ALTER TABLE ONLY public.partner_groups ALTER COLUMN id SET DEFAULT nextval('public.partner_groups_id_seq'::regclass);

ALTER TABLE ONLY public.partner_profiles ALTER COLUMN id SET DEFAULT nextval('public.partner_profiles_id_seq'::regclass);

ALTER TABLE ONLY public.partner_served_areas ALTER COLUMN id SET DEFAULT nextval('public.partner_served_areas_id_seq'::regclass);

ALTER TABLE ONLY public.partners ALTER COLUMN id SET DEFAULT nextval('public.partners_id_seq'::regclass);

ALTER TABLE ONLY public.product_drive_participants ALTER COLUMN id SET DEFAULT nextval('public.product_drive_participants_id_seq'::regclass);

ALTER TABLE ONLY public.product_drives ALTER COLUMN id SET DEFAULT nextval('public.product_drives_id_seq'::regclass);

ALTER TABLE ONLY public.purchases ALTER COLUMN id SET DEFAULT nextval('public.purchases_id_seq'::regclass);

ALTER TABLE ONLY public.questions ALTER COLUMN id SET DEFAULT nextval('public.questions_id_seq'::regclass);

ALTER TABLE ONLY public.requests ALTER COLUMN id SET DEFAULT nextval('public.requests_id_seq'::regclass);

ALTER TABLE ONLY public.roles ALTER COLUMN id SET DEFAULT nextval('public.roles_id_seq'::regclass);

ALTER TABLE ONLY public.solid_cache_entries ALTER COLUMN id SET DEFAULT nextval('public.solid_cache_entries_id_seq'::regclass);

ALTER TABLE ONLY public.storage_locations ALTER COLUMN id SET DEFAULT nextval('public.storage_locations_id_seq'::regclass);

ALTER TABLE ONLY public.taggings ALTER COLUMN id SET DEFAULT nextval('public.taggings_id_seq'::regclass);

ALTER TABLE ONLY public.tags ALTER COLUMN id SET DEFAULT nextval('public.tags_id_seq'::regclass);

ALTER TABLE ONLY public.transfers ALTER COLUMN id SET DEFAULT nextval('public.transfers_id_seq'::regclass);

ALTER TABLE ONLY public.units ALTER COLUMN id SET DEFAULT nextval('public.units_id_seq'::regclass);

ALTER TABLE ONLY public.users ALTER COLUMN id SET DEFAULT nextval('public.users_id_seq'::regclass);

ALTER TABLE ONLY public.users_roles ALTER COLUMN id SET DEFAULT nextval('public.users_roles_id_seq'::regclass);

ALTER TABLE ONLY public.vendors ALTER COLUMN id SET DEFAULT nextval('public.vendors_id_seq'::regclass);

ALTER TABLE ONLY public.versions ALTER COLUMN id SET DEFAULT nextval('public.versions_id_seq'::regclass);

ALTER TABLE ONLY public.account_requests
    ADD CONSTRAINT account_requests_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.action_text_rich_texts
    ADD CONSTRAINT action_text_rich_texts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.active_storage_attachments
    ADD CONSTRAINT active_storage_attachments_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.active_storage_blobs
    ADD CONSTRAINT active_storage_blobs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.active_storage_variant_records
    ADD CONSTRAINT active_storage_variant_records_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.adjustments
    ADD CONSTRAINT adjustments_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.annual_reports
    ADD CONSTRAINT annual_reports_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.ar_internal_metadata
    ADD CONSTRAINT ar_internal_metadata_pkey PRIMARY KEY (key);

ALTER TABLE ONLY public.audits
    ADD CONSTRAINT audits_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.authorized_family_members
    ADD CONSTRAINT authorized_family_members_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.barcode_items
    ADD CONSTRAINT barcode_items_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.base_items
    ADD CONSTRAINT base_items_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.broadcast_announcements
    ADD CONSTRAINT broadcast_announcements_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.child_item_requests
    ADD CONSTRAINT child_item_requests_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.children
    ADD CONSTRAINT children_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.counties
    ADD CONSTRAINT counties_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.delayed_jobs
    ADD CONSTRAINT delayed_jobs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.deprecated_feedback_messages
    ADD CONSTRAINT deprecated_feedback_messages_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.distributions
    ADD CONSTRAINT distributions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.donation_sites
    ADD CONSTRAINT donation_sites_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.donations
    ADD CONSTRAINT donations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.families
    ADD CONSTRAINT families_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.flipper_features
    ADD CONSTRAINT flipper_features_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.flipper_gates
    ADD CONSTRAINT flipper_gates_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.inventory_items
    ADD CONSTRAINT inventory_items_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.item_categories
    ADD CONSTRAINT item_categories_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.item_categories_partner_groups
    ADD CONSTRAINT item_categories_partner_groups_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.item_requests
    ADD CONSTRAINT item_requests_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.item_units
    ADD CONSTRAINT item_units_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.items
    ADD CONSTRAINT items_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.kit_allocations
    ADD CONSTRAINT kit_allocations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.kits
    ADD CONSTRAINT kits_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.line_items
    ADD CONSTRAINT line_items_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.manufacturers
    ADD CONSTRAINT manufacturers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.ndbn_members
    ADD CONSTRAINT ndbn_members_pkey PRIMARY KEY (ndbn_member_id);

ALTER TABLE ONLY public.organizations
    ADD CONSTRAINT organizations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.partner_forms
    ADD CONSTRAINT partner_forms_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.partner_groups
    ADD CONSTRAINT partner_groups_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.partner_profiles
    ADD CONSTRAINT partner_profiles_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.partner_served_areas
    ADD CONSTRAINT partner_served_areas_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.partners
    ADD CONSTRAINT partners_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.product_drive_participants
    ADD CONSTRAINT product_drive_participants_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.product_drives
    ADD CONSTRAINT product_drives_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.purchases
    ADD CONSTRAINT purchases_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.questions
    ADD CONSTRAINT questions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.requests
    ADD CONSTRAINT requests_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.roles
    ADD CONSTRAINT roles_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (version);

ALTER TABLE ONLY public.solid_cache_entries
    ADD CONSTRAINT solid_cache_entries_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.storage_locations
    ADD CONSTRAINT storage_locations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.taggings
    ADD CONSTRAINT taggings_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tags
    ADD CONSTRAINT tags_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.transfers
    ADD CONSTRAINT transfers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.units
    ADD CONSTRAINT units_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.users_roles
    ADD CONSTRAINT users_roles_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.vendors
    ADD CONSTRAINT vendors_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.versions
    ADD CONSTRAINT versions_pkey PRIMARY KEY (id);

CREATE INDEX delayed_jobs_priority ON public.delayed_jobs USING btree (priority, run_at);

CREATE UNIQUE INDEX idx_on_blob_id_variation_digest_f36bede0d9 ON public.active_storage_variant_records USING btree (blob_id, variation_digest);

CREATE UNIQUE INDEX idx_on_record_type_record_id_name_blob_id_0be5805727 ON public.active_storage_attachments USING btree (record_type, record_id, name, blob_id);

CREATE UNIQUE INDEX idx_on_record_type_record_id_name_d0afff199a ON public.action_text_rich_texts USING btree (record_type, record_id, name);

CREATE INDEX index_account_requests_on_ndbn_member_id ON public.account_requests USING btree (ndbn_member_id);

CREATE INDEX index_active_storage_attachments_on_blob_id ON public.active_storage_attachments USING btree (blob_id);

CREATE UNIQUE INDEX index_active_storage_blobs_on_key ON public.active_storage_blobs USING btree (key);

CREATE INDEX index_adjustments_on_organization_id ON public.adjustments USING btree (organization_id);

CREATE INDEX index_adjustments_on_storage_location_id ON public.adjustments USING btree (storage_location_id);

CREATE INDEX index_adjustments_on_user_id ON public.adjustments USING btree (user_id);

CREATE INDEX index_annual_reports_on_organization_id ON public.annual_reports USING btree (organization_id);

CREATE INDEX index_audits_on_adjustment_id ON public.audits USING btree (adjustment_id);

CREATE INDEX index_audits_on_organization_id ON public.audits USING btree (organization_id);

CREATE INDEX index_audits_on_storage_location_id ON public.audits USING btree (storage_location_id);

CREATE INDEX index_audits_on_user_id ON public.audits USING btree (user_id);

CREATE INDEX index_authorized_family_members_on_family_id ON public.authorized_family_members USING btree (family_id);

CREATE INDEX index_barcode_items_on_barcodeable_type_and_barcodeable_id ON public.barcode_items USING btree (barcodeable_type, barcodeable_id);

CREATE INDEX index_barcode_items_on_organization_id ON public.barcode_items USING btree (organization_id);

CREATE INDEX index_broadcast_announcements_on_organization_id ON public.broadcast_announcements USING btree (organization_id);

CREATE INDEX index_broadcast_announcements_on_user_id ON public.broadcast_announcements USING btree (user_id);

CREATE INDEX index_child_item_requests_on_authorized_family_member_id ON public.child_item_requests USING btree (authorized_family_member_id);

CREATE INDEX index_child_item_requests_on_child_id ON public.child_item_requests USING btree (child_id);

CREATE INDEX index_child_item_requests_on_item_request_id ON public.child_item_requests USING btree (item_request_id);

CREATE UNIQUE INDEX index_children_items_on_child_id_and_item_id ON public.children_items USING btree (child_id, item_id);

CREATE UNIQUE INDEX index_children_items_on_item_id_and_child_id ON public.children_items USING btree (item_id, child_id);

CREATE INDEX index_children_on_family_id ON public.children USING btree (family_id);

CREATE UNIQUE INDEX index_counties_on_name_and_region ON public.counties USING btree (name, region);

CREATE INDEX index_deprecated_feedback_messages_on_user_id ON public.deprecated_feedback_messages USING btree (user_id);

CREATE INDEX index_distributions_on_organization_id ON public.distributions USING btree (organization_id);

CREATE INDEX index_distributions_on_partner_id ON public.distributions USING btree (partner_id);

CREATE INDEX index_distributions_on_storage_location_id ON public.distributions USING btree (storage_location_id);

CREATE INDEX index_donation_sites_on_organization_id ON public.donation_sites USING btree (organization_id);

CREATE INDEX index_donations_on_donation_site_id ON public.donations USING btree (donation_site_id);

CREATE INDEX index_donations_on_manufacturer_id ON public.donations USING btree (manufacturer_id);

CREATE INDEX index_donations_on_organization_id ON public.donations USING btree (organization_id);

CREATE INDEX index_donations_on_product_drive_id ON public.donations USING btree (product_drive_id);

CREATE INDEX index_donations_on_product_drive_participant_id ON public.donations USING btree (product_drive_participant_id);

CREATE INDEX index_donations_on_storage_location_id ON public.donations USING btree (storage_location_id);

CREATE INDEX index_events_on_data ON public.events USING gin (data jsonb_path_ops);

CREATE INDEX index_events_on_eventable_type_and_eventable_id ON public.events USING btree (eventable_type, eventable_id);

CREATE INDEX index_events_on_group_id ON public.events USING btree (group_id);

CREATE INDEX index_events_on_organization_id ON public.events USING btree (organization_id);

CREATE INDEX index_events_on_user_id ON public.events USING btree (user_id);

CREATE INDEX index_families_on_partner_id ON public.families USING btree (partner_id);

CREATE UNIQUE INDEX index_flipper_features_on_key ON public.flipper_features USING btree (key);

CREATE UNIQUE INDEX index_flipper_gates_on_feature_key_and_key_and_value ON public.flipper_gates USING btree (feature_key, key, value);

CREATE INDEX index_inventory_items_on_item_id ON public.inventory_items USING btree (item_id);

CREATE INDEX index_inventory_items_on_storage_location_id ON public.inventory_items USING btree (storage_location_id);

CREATE UNIQUE INDEX index_item_categories_on_name_and_organization_id ON public.item_categories USING btree (name, organization_id);

CREATE INDEX index_item_categories_on_organization_id ON public.item_categories USING btree (organization_id);

CREATE INDEX index_item_categories_partner_groups_on_item_category_id ON public.item_categories_partner_groups USING btree (item_category_id);

CREATE INDEX index_item_categories_partner_groups_on_partner_group_id ON public.item_categories_partner_groups USING btree (partner_group_id);

CREATE INDEX index_item_requests_on_item_id ON public.item_requests USING btree (item_id);

CREATE INDEX index_item_requests_on_partner_request_id ON public.item_requests USING btree (partner_request_id);

CREATE INDEX index_item_units_on_item_id ON public.item_units USING btree (item_id);

CREATE INDEX index_items_on_item_category_id ON public.items USING btree (item_category_id);

CREATE INDEX index_items_on_kit_id ON public.items USING btree (kit_id);

CREATE INDEX index_items_on_lower_name ON public.items USING btree (organization_id, lower((name)::text));

CREATE INDEX index_items_on_organization_id ON public.items USING btree (organization_id);

CREATE INDEX index_kit_allocations_on_kit_id ON public.kit_allocations USING btree (kit_id);

CREATE INDEX index_kit_allocations_on_organization_id ON public.kit_allocations USING btree (organization_id);

CREATE INDEX index_kit_allocations_on_storage_location_id ON public.kit_allocations USING btree (storage_location_id);

CREATE UNIQUE INDEX index_kits_on_name_and_organization_id ON public.kits USING btree (name, organization_id);

CREATE INDEX index_kits_on_organization_id ON public.kits USING btree (organization_id);

CREATE INDEX index_line_items_on_item_id ON public.line_items USING btree (item_id);

CREATE INDEX index_line_items_on_itemizable_type_and_itemizable_id ON public.line_items USING btree (itemizable_type, itemizable_id);

CREATE INDEX index_manufacturers_on_organization_id ON public.manufacturers USING btree (organization_id);

CREATE INDEX index_organizations_on_account_request_id ON public.organizations USING btree (account_request_id);

CREATE INDEX index_organizations_on_ndbn_member_id ON public.organizations USING btree (ndbn_member_id);

CREATE INDEX index_partner_forms_on_essentials_bank_id ON public.partner_forms USING btree (essentials_bank_id);

CREATE UNIQUE INDEX index_partner_groups_on_name_and_organization_id ON public.partner_groups USING btree (name, organization_id);

CREATE INDEX index_partner_groups_on_organization_id ON public.partner_groups USING btree (organization_id);

CREATE INDEX index_partner_profiles_on_essentials_bank_id ON public.partner_profiles USING btree (essentials_bank_id);

CREATE INDEX index_partner_profiles_on_partner_id ON public.partner_profiles USING btree (partner_id);

CREATE INDEX index_partner_served_areas_on_county_id ON public.partner_served_areas USING btree (county_id);

CREATE INDEX index_partner_served_areas_on_partner_profile_id ON public.partner_served_areas USING btree (partner_profile_id);

CREATE INDEX index_partners_on_default_storage_location_id ON public.partners USING btree (default_storage_location_id);

CREATE INDEX index_partners_on_organization_id ON public.partners USING btree (organization_id);

CREATE INDEX index_partners_on_partner_group_id ON public.partners USING btree (partner_group_id);

CREATE INDEX index_product_drive_participants_on_organization_id ON public.product_drive_participants USING btree (organization_id);

CREATE INDEX index_product_drives_on_organization_id ON public.product_drives USING btree (organization_id);

CREATE INDEX index_purchases_on_organization_id ON public.purchases USING btree (organization_id);

CREATE INDEX index_purchases_on_storage_location_id ON public.purchases USING btree (storage_location_id);

CREATE INDEX index_purchases_on_vendor_id ON public.purchases USING btree (vendor_id);

CREATE UNIQUE INDEX index_requests_on_distribution_id ON public.requests USING btree (distribution_id);

CREATE INDEX index_requests_on_organization_id ON public.requests USING btree (organization_id);

CREATE INDEX index_requests_on_partner_id ON public.requests USING btree (partner_id);

CREATE INDEX index_requests_on_partner_user_id ON public.requests USING btree (partner_user_id);

CREATE INDEX index_roles_on_resource_type_and_resource_id ON public.roles USING btree (resource_type, resource_id);

CREATE UNIQUE INDEX index_solid_cache_entries_on_key_hash ON public.solid_cache_entries USING btree (key_hash);

CREATE INDEX index_storage_locations_on_kept ON public.storage_locations USING btree (organization_id) WHERE (discarded_at IS NULL);

CREATE INDEX index_storage_locations_on_organization_id ON public.storage_locations USING btree (organization_id);

CREATE INDEX index_taggings_on_tag_id ON public.taggings USING btree (tag_id);

CREATE UNIQUE INDEX index_taggings_on_taggable_type_and_taggable_id_and_tag_id ON public.taggings USING btree (taggable_type, taggable_id, tag_id);

CREATE INDEX index_tags_on_organization_id ON public.tags USING btree (organization_id);

CREATE UNIQUE INDEX index_tags_on_type_and_organization_id_and_name ON public.tags USING btree (type, organization_id, name);

CREATE INDEX index_transfers_on_from_id ON public.transfers USING btree (from_id);

CREATE INDEX index_transfers_on_organization_id ON public.transfers USING btree (organization_id);

CREATE INDEX index_transfers_on_to_id ON public.transfers USING btree (to_id);

CREATE INDEX index_units_on_organization_id ON public.units USING btree (organization_id);

CREATE UNIQUE INDEX index_users_on_email ON public.users USING btree (email);

CREATE UNIQUE INDEX index_users_on_invitation_token ON public.users USING btree (invitation_token);

CREATE INDEX index_users_on_invited_by_type_and_invited_by_id ON public.users USING btree (invited_by_type, invited_by_id);

CREATE INDEX index_users_on_last_role_id ON public.users USING btree (last_role_id);

CREATE INDEX index_users_on_organization_id ON public.users USING btree (organization_id);

CREATE INDEX index_users_on_partner_id ON public.users USING btree (partner_id);

CREATE UNIQUE INDEX index_users_on_reset_password_token ON public.users USING btree (reset_password_token);

CREATE INDEX index_users_roles_on_role_id ON public.users_roles USING btree (role_id);

CREATE INDEX index_users_roles_on_user_id ON public.users_roles USING btree (user_id);

CREATE INDEX index_vendors_on_organization_id ON public.vendors USING btree (organization_id);

CREATE INDEX index_versions_on_item_type_and_item_id ON public.versions USING btree (item_type, item_id);

CREATE VIEW public.distribution_totals AS
 SELECT d.id AS distribution_id,
    d.organization_id,
    d.partner_id,
    d.issued_at,
    count(l.id) AS line_items,
    COALESCE(sum(l.quantity), (0)::bigint) AS quantity
   FROM (public.distributions d
     LEFT JOIN public.line_items l ON ((((l.itemizable_type)::text = 'Distribution'::text) AND (l.itemizable_id = d.id))))
  GROUP BY d.id;

CREATE FUNCTION public.delayed_jobs_set_run_at() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  NEW.run_at := COALESCE(NEW.run_at, NEW.created_at);
  RETURN NEW;
END;
$$;

CREATE TRIGGER delayed_jobs_run_at BEFORE INSERT ON public.delayed_jobs FOR EACH ROW EXECUTE FUNCTION public.delayed_jobs_set_run_at();

ALTER TABLE ONLY public.account_requests
    ADD CONSTRAINT fk_rails_00a2f09f0a FOREIGN KEY (ndbn_member_id) REFERENCES public.ndbn_members(ndbn_member_id);

ALTER TABLE ONLY public.active_storage_variant_records
    ADD CONSTRAINT fk_rails_993965df05 FOREIGN KEY (blob_id) REFERENCES public.active_storage_blobs(id);

ALTER TABLE ONLY public.adjustments
    ADD CONSTRAINT fk_rails_aaa703d1ed FOREIGN KEY (organization_id) REFERENCES public.organizations(id);

ALTER TABLE ONLY public.adjustments
    ADD CONSTRAINT fk_rails_320a522a92 FOREIGN KEY (storage_location_id) REFERENCES public.storage_locations(id);

ALTER TABLE ONLY public.adjustments
    ADD CONSTRAINT fk_rails_6bcd913b1b FOREIGN KEY (user_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.annual_reports
    ADD CONSTRAINT fk_rails_3c78136388 FOREIGN KEY (organization_id) REFERENCES public.organizations(id);

ALTER TABLE ONLY public.authorized_family_members
    ADD CONSTRAINT fk_rails_e22290ef1a FOREIGN KEY (family_id) REFERENCES public.families(id);

ALTER TABLE ONLY public.broadcast_announcements
    ADD CONSTRAINT fk_rails_8bd4b0dab2 FOREIGN KEY (user_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.child_item_requests
    ADD CONSTRAINT fk_rails_7ab1d1931f FOREIGN KEY (child_id) REFERENCES public.children(id);

ALTER TABLE ONLY public.child_item_requests
    ADD CONSTRAINT fk_rails_19dae2ae74 FOREIGN KEY (item_request_id) REFERENCES public.item_requests(id);

ALTER TABLE ONLY public.children
    ADD CONSTRAINT fk_rails_93d079a179 FOREIGN KEY (family_id) REFERENCES public.families(id);

ALTER TABLE ONLY public.distributions
    ADD CONSTRAINT fk_rails_1a53a437a3 FOREIGN KEY (partner_id) REFERENCES public.partners(id);

ALTER TABLE ONLY public.distributions
    ADD CONSTRAINT fk_rails_f21710902a FOREIGN KEY (storage_location_id) REFERENCES public.storage_locations(id);

ALTER TABLE ONLY public.donations
    ADD CONSTRAINT fk_rails_8e19bce24d FOREIGN KEY (manufacturer_id) REFERENCES public.manufacturers(id);

ALTER TABLE ONLY public.donations
    ADD CONSTRAINT fk_rails_7b3f6c1b2c FOREIGN KEY (product_drive_id) REFERENCES public.product_drives(id);

ALTER TABLE ONLY public.donations
    ADD CONSTRAINT fk_rails_e3cb118a00 FOREIGN KEY (storage_location_id) REFERENCES public.storage_locations(id);

ALTER TABLE ONLY public.families
    ADD CONSTRAINT fk_rails_5a81e71d5c FOREIGN KEY (partner_id) REFERENCES public.partners(id);

ALTER TABLE ONLY public.item_categories
    ADD CONSTRAINT fk_rails_98fb10c3a1 FOREIGN KEY (organization_id) REFERENCES public.organizations(id);

ALTER TABLE ONLY public.item_categories_partner_groups
    ADD CONSTRAINT fk_rails_f0db461b39 FOREIGN KEY (item_category_id) REFERENCES public.item_categories(id);

ALTER TABLE ONLY public.item_categories_partner_groups
    ADD CONSTRAINT fk_rails_10c24331b7 FOREIGN KEY (partner_group_id) REFERENCES public.partner_groups(id);

ALTER TABLE ONLY public.item_units
    ADD CONSTRAINT fk_rails_f1e4a6e04e FOREIGN KEY (item_id) REFERENCES public.items(id);

ALTER TABLE ONLY public.items
    ADD CONSTRAINT fk_rails_7977653854 FOREIGN KEY (item_category_id) REFERENCES public.item_categories(id);

ALTER TABLE ONLY public.items
    ADD CONSTRAINT fk_rails_8042ca960c FOREIGN KEY (kit_id) REFERENCES public.kits(id);

ALTER TABLE ONLY public.kit_allocations
    ADD CONSTRAINT fk_rails_5261f151c1 FOREIGN KEY (kit_id) REFERENCES public.kits(id);

ALTER TABLE ONLY public.kit_allocations
    ADD CONSTRAINT fk_rails_801e6f408a FOREIGN KEY (organization_id) REFERENCES public.organizations(id);

ALTER TABLE ONLY public.kit_allocations
    ADD CONSTRAINT fk_rails_7667cf7fa2 FOREIGN KEY (storage_location_id) REFERENCES public.storage_locations(id);

ALTER TABLE ONLY public.kits
    ADD CONSTRAINT fk_rails_9d752591c0 FOREIGN KEY (organization_id) REFERENCES public.organizations(id);

ALTER TABLE ONLY public.manufacturers
    ADD CONSTRAINT fk_rails_0510d3bc24 FOREIGN KEY (organization_id) REFERENCES public.organizations(id);

ALTER TABLE ONLY public.organizations
    ADD CONSTRAINT fk_rails_6e8833b507 FOREIGN KEY (account_request_id) REFERENCES public.account_requests(id);

ALTER TABLE ONLY public.organizations
    ADD CONSTRAINT fk_rails_8bc8152118 FOREIGN KEY (ndbn_member_id) REFERENCES public.ndbn_members(ndbn_member_id);

ALTER TABLE ONLY public.partner_groups
    ADD CONSTRAINT fk_rails_012e679c70 FOREIGN KEY (organization_id) REFERENCES public.organizations(id);

ALTER TABLE ONLY public.partner_served_areas
    ADD CONSTRAINT fk_rails_5729ffab59 FOREIGN KEY (county_id) REFERENCES public.counties(id);

ALTER TABLE ONLY public.partner_served_areas
    ADD CONSTRAINT fk_rails_ee7302d157 FOREIGN KEY (partner_profile_id) REFERENCES public.partner_profiles(id);

ALTER TABLE ONLY public.partners
    ADD CONSTRAINT fk_rails_bc85c86160 FOREIGN KEY (default_storage_location_id) REFERENCES public.storage_locations(id);

ALTER TABLE ONLY public.product_drives
    ADD CONSTRAINT fk_rails_7a9c664625 FOREIGN KEY (organization_id) REFERENCES public.organizations(id);

ALTER TABLE ONLY public.requests
    ADD CONSTRAINT fk_rails_1403b71f70 FOREIGN KEY (distribution_id) REFERENCES public.distributions(id);

ALTER TABLE ONLY public.requests
    ADD CONSTRAINT fk_rails_54d15c43d3 FOREIGN KEY (organization_id) REFERENCES public.organizations(id);

ALTER TABLE ONLY public.requests
    ADD CONSTRAINT fk_rails_5cf82032c3 FOREIGN KEY (partner_id) REFERENCES public.partners(id);

ALTER TABLE ONLY public.taggings
    ADD CONSTRAINT fk_rails_9fcd2e236b FOREIGN KEY (tag_id) REFERENCES public.tags(id);

ALTER TABLE ONLY public.tags
    ADD CONSTRAINT fk_rails_eaf6ac9c85 FOREIGN KEY (organization_id) REFERENCES public.organizations(id);

ALTER TABLE ONLY public.units
    ADD CONSTRAINT fk_rails_e908043799 FOREIGN KEY (organization_id) REFERENCES public.organizations(id);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT fk_rails_f07b7b1812 FOREIGN KEY (last_role_id) REFERENCES public.users_roles(id);

COMMENT ON TABLE public.users IS 'People who sign in: of banks, partners, and Ruby for Good.';

COMMENT ON COLUMN public.users.encrypted_password IS 'Devise: bcrypt, 11 stretches, no pepper.';

COMMENT ON TABLE public.events IS 'Inventory as a log: what happened, never what is.';

COMMENT ON VIEW public.distribution_totals IS 'Lines and pieces of each distribution.';

COMMENT ON TYPE public.category IS 'Kinds of served areas.';
