package methods

import (
	"fmt"
	"net/netip"
	"testing"
)

func TestAddressesAreNobodys(t *testing.T) {
	m := newFunc(t, specOf("ip"), "inet")
	for i := range 1000 {
		for _, value := range []string{fmt.Sprintf("8.8.%d.%d", i/256, i%256), fmt.Sprintf("2606::%x", i)} {
			addr, err := netip.ParseAddr(apply(t, m, value))
			if err != nil || !addr.IsPrivate() && !netip.MustParsePrefix("2001:db8::/32").Contains(addr) {
				t.Errorf("%s became %s: %v", value, addr, err)
			}
		}
	}
}
