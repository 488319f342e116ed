package projectfiles

import "testing"

func TestFindPrisma(t *testing.T) {
	t.Parallel()
	checkFind(t, []finding{
		{"prisma", `
-- prisma/schema.prisma --
generator client { provider = "prisma-client-js" }
datasource db {
  provider = "postgresql" // or another
  url      = env("DATABASE_URL")
}
-- prisma/.env --
DATABASE_URL=postgresql://me:hush@localhost:5434/shop?schema=public
`, "shop localhost 5434 me | prisma/schema.prisma"},
		{"prisma, its config", `
-- prisma/schema.prisma --
datasource db { provider = "postgresql" }
-- prisma.config.ts --
export default defineConfig({
  datasource: { url: env('DATABASE_URL') },
})
-- .env --
DATABASE_URL=postgresql://me:hush@localhost/shop
`, "shop localhost - me | prisma.config.ts + DATABASE_URL in .env"},
		{"prisma, another kind of server", `
-- prisma/schema.prisma --
datasource db { 
  provider = "mysql"
  url = "mysql://localhost/x"
}
`, ""},
	})
}
