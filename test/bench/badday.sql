-- A bad day, for the scenario "bad-day": every row of the largest table changes.
UPDATE public.versions SET created_at = created_at + interval '1 second';
