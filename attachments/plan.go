package attachments

import (
	"bytes"
	"slices"
)

// Plan is what is to be done about the chosen blobs.
type Plan struct {
	There    []Blob    // the folder has them
	Wanted   []Blob    // it does not; the largest first
	Unusable []Problem // they have no place in the folder
}

// NewPlan sorts blobs by whether there reports that the folder has them. Each is
// in the plan once, however many rows name it.
func NewPlan(blobs []Blob, there func(Blob) (bool, error)) (Plan, error) {
	var p Plan
	unusable := func(key, reason string) { p.Unusable = append(p.Unusable, Problem{key, reason}) }
	seen := map[string]Blob{} // by the place in the folder
	for _, b := range blobs {
		place, err := DiskPath(b.Key)
		if err != nil {
			unusable(b.Key, "the key "+err.Error())
			continue
		}
		if b.Size < 0 {
			unusable(b.Key, "its row has no size")
			continue
		}
		b.path = place
		if first, ok := seen[place]; ok {
			if first.Key != b.Key || first.Size != b.Size || !bytes.Equal(first.MD5, b.MD5) {
				unusable(b.Key, "another row has the same place in the folder, and another content")
			}
			continue
		}
		seen[place] = b
		has, err := there(b)
		if err != nil {
			return Plan{}, err
		}
		if has {
			p.There = append(p.There, b)
		} else {
			p.Wanted = append(p.Wanted, b)
		}
	}
	slices.SortFunc(p.Wanted, bySize)
	return p, nil
}

// Size returns the sum of the blobs' sizes, in bytes.
func Size(blobs []Blob) int64 {
	var sum int64
	for _, b := range blobs {
		sum += b.Size
	}
	return sum
}
