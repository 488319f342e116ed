package methods

import (
	"encoding/binary"
	"net/netip"
)

// longestAddress is the length of the longest IPv6 address, in characters.
const longestAddress = 39

// ip replaces an address with one of the same family that is not on the internet: in
// 10.0.0.0/8, which is for private networks, or in 2001:db8::/32, which is for
// documentation. It keeps the prefix length. A value that is not an address, such as a list
// of addresses, becomes an IPv4 address.
func (m maker) ip(k *keyedHash) (change, error) {
	limit, isNetwork := m.limit, m.base().Name.Name == "cidr"
	return func(dst, value, _ []byte) ([]byte, error) {
		d := k.draw(value)
		defer k.done(d)
		prefix, bits := parseAddress(value)
		v6 := prefix.IsValid() && !prefix.Addr().Unmap().Is4()
		if v6 && limit > 0 && limit < longestAddress+len("/128") {
			v6 = false
		}
		addr := d.address(v6)
		masked := netip.PrefixFrom(addr, addr.BitLen())
		if bits >= 0 && bits <= addr.BitLen() {
			masked = netip.PrefixFrom(addr, bits)
		}
		if isNetwork {
			masked = masked.Masked() // a cidr has zeros after its prefix
		}
		if bits < 0 || bits > addr.BitLen() || limit > 0 && limit < len("255.255.255.255/32") {
			return masked.Addr().AppendTo(dst), nil
		}
		return masked.AppendTo(dst), nil
	}, nil
}

// parseAddress returns value as a prefix, which is invalid if value is not an address. bits
// is the prefix length, or -1 if value has none.
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

func (d *draw) address(v6 bool) netip.Addr {
	if v6 {
		var a [16]byte
		copy(a[:], d.sum[:16])
		binary.BigEndian.PutUint32(a[:4], 0x20010db8)
		return netip.AddrFrom16(a)
	}
	return netip.AddrFrom4([4]byte{10, d.sum[0], d.sum[1], d.sum[2]})
}
