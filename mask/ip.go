package mask

import (
	"encoding/binary"
	"net/netip"
)

// longestAddress is how many characters an IPv6 address may have.
const longestAddress = 39

// ip returns an address of the same family that is nobody's, with the value's
// network length if it has one: of 10.0.0.0/8, which is for private networks, or
// of 2001:db8::/32, which is for documentation. What is no address, such as a
// list of them, gets one of IPv4.
func ip(k *keyed, limit int, network bool) change {
	return func(dst, value, _ []byte) ([]byte, error) {
		l := k.lot(value)
		defer k.done(l)
		prefix, bits := parseAddress(value)
		v6 := prefix.IsValid() && !prefix.Addr().Unmap().Is4()
		if v6 && limit > 0 && limit < longestAddress+len("/128") {
			v6 = false
		}
		addr := l.address(v6)
		masked := netip.PrefixFrom(addr, addr.BitLen())
		if bits >= 0 && bits <= addr.BitLen() {
			masked = netip.PrefixFrom(addr, bits)
		}
		if network {
			masked = masked.Masked() // cidr has no bits beyond its length
		}
		if bits < 0 || bits > addr.BitLen() || limit > 0 && limit < len("255.255.255.255/32") {
			return masked.Addr().AppendTo(dst), nil
		}
		return masked.AppendTo(dst), nil
	}
}

// parseAddress returns the address that value is, invalid when it is none. bits
// is the length of its network, -1 without one.
func parseAddress(value []byte) (prefix netip.Prefix, bits int) {
	if len(value) > 64 {
		return prefix, -1
	}
	text := string(value)
	if addr, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(addr.WithZone(""), addr.BitLen()), -1
	}
	if prefix, err := netip.ParsePrefix(text); err == nil {
		return prefix, prefix.Bits()
	}
	return prefix, -1
}

// address draws one.
func (l *lot) address(v6 bool) netip.Addr {
	if v6 {
		var a [16]byte
		copy(a[:], l.sum[:16])
		binary.BigEndian.PutUint32(a[:4], 0x20010db8)
		return netip.AddrFrom16(a)
	}
	return netip.AddrFrom4([4]byte{10, l.sum[0], l.sum[1], l.sum[2]})
}
