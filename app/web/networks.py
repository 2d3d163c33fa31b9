"""Which network a request comes from, as far as one caller may choose within it. PURE."""

from ipaddress import ip_address, ip_network


def address_block(address: str) -> str:
    """Return the network one caller may use at will: the IPv4 address itself, the /64 of an IPv6 one."""
    try:
        ip = ip_address(address)
    except ValueError:
        return "unknown"
    mapped = getattr(ip, "ipv4_mapped", None)
    if mapped:
        return str(mapped)
    return str(ip_network(f"{ip}/64", strict=False)) if ip.version == 6 else str(ip)
