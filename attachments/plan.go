package attachments

import (
	"bytes"
	"cmp"
	"slices"
)

// plan sorts the chosen blobs by how a fetch treats them.
type plan struct {
	There    []blob     // already in the folder
	Wanted   []blob     // not in the folder; the largest first
	Unusable []unusable // cannot be stored in the folder
}

// newPlan makes a plan. isStored reports whether the folder has a blob. A blob that
// several rows name appears only once.
func newPlan(blobs []blob, isStored func(blob) (bool, error)) (plan, error) {
	var p plan
	unusable := func(key, reason string) { p.Unusable = append(p.Unusable, unusable{key, reason}) }
	seen := map[string]blob{} // blobs by the path in the folder
	for _, b := range blobs {
		place, err := diskPath(b.Key)
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
				unusable(b.Key, "another row has the same path in the folder, but different content")
			}
			continue
		}
		seen[place] = b
		has, err := isStored(b)
		if err != nil {
			return plan{}, err
		}
		if has {
			p.There = append(p.There, b)
		} else {
			p.Wanted = append(p.Wanted, b)
		}
	}
	// Fetch the largest first, so that no large file is left while the other jobs are
	// idle.
	slices.SortFunc(p.Wanted, func(a, b blob) int { return cmp.Or(cmp.Compare(b.Size, a.Size), cmp.Compare(a.Key, b.Key)) })
	return p, nil
}

// sizeOf returns the sum of the blobs' sizes, in bytes.
func sizeOf(blobs []blob) int64 {
	var sum int64
	for _, b := range blobs {
		sum += b.Size
	}
	return sum
}
