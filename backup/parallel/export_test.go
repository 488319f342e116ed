package parallel

// PID returns pg_dump's process id.
func (d *Dump) PID() int { return d.process.PID() }
