package pgtools_test

import "testing"

func TestLock(t *testing.T) {
	t.Parallel()
	c := cluster(t)
	a, b := connect(t, c.Conn("postgres")), connect(t, c.Conn("postgres"))
	held, _, err := a.TryLock(t.Context(), "restore diaper_dev")
	if err != nil || !held {
		t.Fatal(held, err)
	}
	held, holder, err := b.TryLock(t.Context(), "restore diaper_dev")
	if err != nil || held || holder == nil || holder.PID != a.BackendPID() || holder.Application != "test" {
		t.Errorf("held %v, holder %v, error %v", held, holder, err)
	}
	if held, _, err := b.TryLock(t.Context(), "restore other"); err != nil || !held {
		t.Error("another name:", held, err)
	}
	a.Close(t.Context())
	for range 50 { // a waiting session can get the lock as soon as Close returns
		if held, _, err := b.TryLock(t.Context(), "restore diaper_dev"); err != nil || !held {
			t.Fatal("after Close:", held, err)
		}
		a, b = b, connect(t, c.Conn("postgres"))
		a.Close(t.Context())
	}
}
