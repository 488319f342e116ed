// Package swap puts a complete temp database in the target's place.
//
//	NewPlan   the names, and the databases that will be dropped (plan.go)
//	Commands  the programs of after_restore run in the temp database (commands.go)
//	Login     how to log in to the application with it (login.go)
//	Swap      all renames in one transaction; the guard checks before, during and
//	          after it (swap.go)
//	Report    the result (report.go)
package swap
