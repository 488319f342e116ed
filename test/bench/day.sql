-- A day in production, for the scenario "day": the large tables get 0.5 % more rows, 0.2 %
-- of the rows of the last weeks change, and a few old ones go.
DO $$
DECLARE
	name text;
BEGIN
	FOREACH name IN ARRAY ARRAY['versions', 'events', 'line_items', 'distributions', 'item_requests', 'child_item_requests'] LOOP
		EXECUTE format('CREATE TEMPORARY TABLE added AS SELECT * FROM public.%1$I WHERE id > (SELECT max(id) * 0.995 FROM public.%1$I)', name);
		EXECUTE format('UPDATE added SET id = id + (SELECT max(id) FROM public.%I), created_at = created_at + interval ''1 day''', name);
		EXECUTE format('INSERT INTO public.%I SELECT * FROM added', name);
		DROP TABLE added;
	END LOOP;
	FOREACH name IN ARRAY ARRAY['line_items', 'distributions', 'requests', 'children', 'families', 'inventory_items'] LOOP
		EXECUTE format('UPDATE public.%1$I SET updated_at = updated_at + interval ''1 day'' WHERE id %% 25 = 0 AND id > (SELECT max(id) * 0.95 FROM public.%1$I)', name);
	END LOOP;
END $$;
UPDATE public.users SET sign_in_count = sign_in_count + 1 WHERE id % 50 = 0;
DELETE FROM public.versions WHERE id <= (SELECT max(id) / 2000 FROM public.versions);
DELETE FROM public.solid_cache_entries WHERE id % 3 = 0;
