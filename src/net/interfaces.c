/* SPDX-License-Identifier: Apache-2.0 */
#include "net/interfaces.h"

#include <ifaddrs.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>

/* The bytes of an address; NULL for other families. */
static const uint8_t *
bytes_of(const struct sockaddr *address, uint8_t *len)
{
	if (address->sa_family == AF_INET) {
		*len = 4;
		return (const uint8_t *)&(
		    (const struct sockaddr_in *)(const void *)address)
		    ->sin_addr;
	}
	if (address->sa_family == AF_INET6) {
		*len = 16;
		return (const uint8_t *)&(
		    (const struct sockaddr_in6 *)(const void *)address)
		    ->sin6_addr;
	}
	return NULL;
}

void
net_each_interface(void (*fn)(void *arg, const uint8_t *address,
		       const uint8_t *mask, uint8_t len),
    void *arg)
{
	struct ifaddrs *list;

	if (getifaddrs(&list) != 0)
		return;
	for (const struct ifaddrs *at = list; at != NULL; at = at->ifa_next) {
		const uint8_t *address, *mask;
		uint8_t len = 0, mask_len = 0;

		if (at->ifa_addr == NULL || at->ifa_netmask == NULL)
			continue;
		address = bytes_of(at->ifa_addr, &len);
		mask = bytes_of(at->ifa_netmask, &mask_len);
		if (address != NULL && mask != NULL && len == mask_len)
			fn(arg, address, mask, len);
	}
	freeifaddrs(list);
}
