package projectfiles

import "testing"

func TestFindDjango(t *testing.T) {
	t.Parallel()
	checkFind(t, []finding{
		{"django, literals", `
-- manage.py --
-- shop/settings.py --
"""DATABASES = {"default": {}} is explained here."""
DATABASES = {
    # 'default': {'ENGINE': 'django.db.backends.sqlite3'},
    'default': {
        'ENGINE': 'django.db.backends.postgresql',
        'NAME': 'shop_dev', 'USER': 'shop',
        'PASSWORD': 'hush',
        'OPTIONS': {'NAME': 'other'},
        'HOST': 'localhost',
        'PORT': 5433,
    },
    'replica': {'NAME': 'other'},
}
`, "shop_dev localhost 5433 shop | shop/settings.py (default)"},
		{"django, the environment", `
-- config/settings/base.py --
DATABASES = {
    "default": {
        "ENGINE": os.environ.get("DB_ENGINE", "django.db.backends.postgresql"),
        "NAME": os.environ["DB_NAME"],
        "USER": config("DB_USER", default="shop", cast=str),
        "HOST": os.getenv("DB_HOST") or "127.0.0.1",
        "PORT": int(env.int("DB_PORT", 5432)),
    }
}
-- config/settings/production.py --
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "x", "HOST": "db.example.com"}}
-- .env --
DB_NAME=shop
`, "shop 127.0.0.1 5432 shop | config/settings/base.py (default)"},
		{"django, URLs", `
-- a/settings.py --
DATABASES = {"default": dj_database_url.config(default="postgres://me@localhost/a_dev", conn_max_age=600)}
-- b/settings.py --
DATABASES = {'default': env.db('B_URL', default='postgis:///b_dev')}
-- c/settings.py --
DATABASES = {"default": dj_database_url.parse("sqlite:///x")}
`, `a_dev localhost - me | a/settings.py (default)
b_dev - - - | b/settings.py (default)`},
		{"django, assigned by its key", `
-- src/app/settings/base.py --
DATABASES = {}
DATABASES["default"] = dj_database_url.config("APP_URL", default="postgresql://me@localhost/app_dev")
-- src/app/settings/local.py --
DATABASES['default'] = {'ENGINE': 'django.contrib.gis.db.backends.postgis', 'NAME': 'local_dev'}
`, `local_dev - - - | src/app/settings/local.py (default)
app_dev localhost - me | src/app/settings/base.py (default)`},
		{"django, only code can tell", `
-- a/settings.py --
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": get_name(), "HOST": "localhost"}}
-- b/settings.py --
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "b" + suffix}}
-- c/settings.py --
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": f"c_{x}"}}
-- d/settings.py --
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "d", "HOST": "x" if y else "z"}}
`, `- localhost - - | a/settings.py (default) ! its name depends on code, which hectl does not run
- - - - | b/settings.py (default) + c/settings.py (default) ! its name depends on code, which hectl does not run
d - - - | d/settings.py (default) ! its host depends on code, which hectl does not run`},
	})
}
