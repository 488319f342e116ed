package methods

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"
)

// With a seed file, the same value has the same fake value in every release of hectl. The
// sums were recorded when the words came from gofakeit 7.18.1.
func TestFakeDataStaysTheSame(t *testing.T) {
	want := map[string]string{
		"city 0":        "47b4bc28b7b900c2",
		"city 13":       "893bd0414e4f9f03",
		"city 25":       "47b4bc28b7b900c2",
		"city 3":        "b65720e5842e7b79",
		"city 5":        "5c0b095932aaf644",
		"city 8":        "d04f7bd30d596ead",
		"company 0":     "f44b44983067bac1",
		"company 13":    "cc2c72c5d921464b",
		"company 25":    "f44b44983067bac1",
		"company 3":     "6d087fb793b8c994",
		"company 5":     "eaaeab3605434f46",
		"company 8":     "6588ca42a6988cba",
		"email 0":       "c6199bac8bc40447",
		"email 13":      "0c26383443ae9465",
		"email 25":      "359488479a3126f3",
		"first_name 0":  "03f02e59edbd7159",
		"first_name 13": "03f02e59edbd7159",
		"first_name 25": "03f02e59edbd7159",
		"first_name 3":  "05c0628d0d17d19b",
		"first_name 5":  "c402db29d2aaa108",
		"first_name 8":  "35d75d38677b82ab",
		"full_name 0":   "86ca4c8d08bd8c2d",
		"full_name 13":  "d04a303a33c13d3f",
		"full_name 25":  "86ca4c8d08bd8c2d",
		"full_name 3":   "5ac4be16e0496caf",
		"full_name 5":   "db1b2d06f01b2710",
		"full_name 8":   "ca050f3146e05788",
		"last_name 0":   "a644d6890c5d8395",
		"last_name 13":  "a644d6890c5d8395",
		"last_name 25":  "a644d6890c5d8395",
		"last_name 3":   "8113fb1510a04b82",
		"last_name 5":   "ad5f4d6968db6777",
		"last_name 8":   "01cc9cb3fb41f1a1",
		"lorem 0":       "afd9ad9da4c7cee0",
		"lorem 13":      "afd9ad9da4c7cee0",
		"lorem 25":      "afd9ad9da4c7cee0",
		"lorem 3":       "ae439e8228fb3cff",
		"lorem 5":       "5d150fd0a31556d5",
		"lorem 8":       "2bb77b7b10bf300e",
		"street 0":      "296a2342f71fb90b",
		"street 13":     "d59972ee5f8d67f4",
		"street 25":     "532e9a4eb294270c",
		"street 3":      "4238e140a59d3330",
		"street 5":      "59efa0819f410624",
		"street 8":      "28761f1858ea961f",
	}
	for _, method := range []string{"first_name", "last_name", "full_name", "company", "street", "city", "lorem", "email"} {
		for _, length := range []int{0, 3, 5, 8, 13, 25} {
			if facts, _ := FactsOf(method); length > 0 && length < facts.Length {
				continue
			}
			typ := "text"
			if length > 0 {
				typ = fmt.Sprintf("character varying(%d)", length)
			}
			m := newFunc(t, specOf(method), typ)
			sum := sha256.New()
			for i := range 4000 {
				_, _ = fmt.Fprintln(sum, apply(t, m, fmt.Sprintf("value %d", i)))
			}
			name := fmt.Sprintf("%s %d", method, length)
			if got := hex.EncodeToString(sum.Sum(nil)[:8]); got != want[name] {
				t.Errorf("%s: %s, want %s", name, got, want[name])
			}
		}
	}
}
