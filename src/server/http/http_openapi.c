/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_openapi.c -- see http_openapi.h.
 */
#include "server/http/http_openapi.h"

#include "common/buf.h"

/* clang-format off */
static const char *const text[] = {
	"{\"openapi\":\"3.0.3\",",
	"\"info\":{\"title\":\"Stele\",\"description\":"
	"\"An event database: doc/http.md\",\"version\":\"1\"},\"paths\":{",

	"\"/command\":{\"post\":{\"summary\":"
	"\"Run statements of the native language or of SQL\",\"operationId\":"
	"\"command\",\"parameters\":[{\"name\":\"format\",\"in\":\"query\","
	"\"schema\":{\"type\":\"string\",\"enum\":[\"frames\",\"ndjson\","
	"\"json\",\"csv\",\"text\",\"arrow\"],\"default\":\"frames\"}}],"
	"\"requestBody\":{\"required\":true,\"content\":{\"text/plain\":{"
	"\"schema\":{\"type\":\"string\"},\"example\":\"QUERY payment COUNT\""
	"}}},\"responses\":{\"200\":{\"description\":"
	"\"Rows in the form that format or Accept names, or the result of statements without rows.\""
	",\"content\":{\"application/json\":{\"schema\":{\"$ref\":"
	"\"#/components/schemas/Result\"}},\"application/x-ndjson\":{},"
	"\"text/csv\":{},\"text/plain\":{},"
	"\"application/vnd.apache.arrow.stream\":{}}},\"default\":{\"$ref\":"
	"\"#/components/responses/Error\"}}}},",

	"\"/json-command\":{\"post\":{\"summary\":"
	"\"Run one of SnelDB's commands\",\"operationId\":\"jsonCommand\","
	"\"parameters\":[{\"name\":\"format\",\"in\":\"query\",\"schema\":{"
	"\"type\":\"string\",\"enum\":[\"frames\",\"ndjson\",\"json\",\"csv\""
	",\"text\",\"arrow\"],\"default\":\"frames\"}}],\"requestBody\":{"
	"\"required\":true,\"content\":{\"application/json\":{\"schema\":{"
	"\"$ref\":\"#/components/schemas/Command\"}}}},\"responses\":{\"200\""
	":{\"description\":"
	"\"Rows in the form that format or Accept names, or the result of statements without rows.\""
	",\"content\":{\"application/json\":{\"schema\":{\"$ref\":"
	"\"#/components/schemas/Result\"}},\"application/x-ndjson\":{},"
	"\"text/csv\":{},\"text/plain\":{},"
	"\"application/vnd.apache.arrow.stream\":{}}},\"default\":{\"$ref\":"
	"\"#/components/responses/Error\"}}}},",

	"\"/v1/events\":{\"post\":{\"summary\":\"Store events, a line each\","
	"\"operationId\":\"appendEvents\",\"parameters\":[{\"name\":\"type\","
	"\"in\":\"query\",\"description\":"
	"\"The event type of lines that have none\",\"schema\":{\"type\":"
	"\"string\"}},{\"name\":\"context\",\"in\":\"query\",\"description\":"
	"\"The context of lines that have none\",\"schema\":{\"type\":"
	"\"string\"}},{\"name\":\"atomic\",\"in\":\"query\",\"description\":"
	"\"All lines are stored or none\",\"schema\":{\"type\":\"boolean\"}}]"
	",\"requestBody\":{\"required\":true,\"content\":{"
	"\"application/x-ndjson\":{\"schema\":{\"$ref\":"
	"\"#/components/schemas/Event\"}}}},\"responses\":{\"200\":{"
	"\"description\":\"A report on each line, and a last one on all\","
	"\"content\":{\"application/x-ndjson\":{\"schema\":{\"$ref\":"
	"\"#/components/schemas/LineReport\"}}}},\"default\":{\"$ref\":"
	"\"#/components/responses/Error\"}}}},",

	"\"/v1/contexts/{id}/events\":{\"get\":{\"summary\":"
	"\"The story of a context\",\"operationId\":\"replay\",\"parameters\""
	":[{\"name\":\"id\",\"in\":\"path\",\"required\":true,\"schema\":{"
	"\"type\":\"string\"}},{\"name\":\"type\",\"in\":\"query\","
	"\"description\":\"Only events of this type\",\"schema\":{\"type\":"
	"\"string\"}},{\"name\":\"since\",\"in\":\"query\",\"description\":"
	"\"Only events at or after this time\",\"schema\":{\"type\":"
	"\"string\"}},{\"name\":\"limit\",\"in\":\"query\",\"description\":"
	"\"At most so many\",\"schema\":{\"type\":\"integer\"}},{\"name\":"
	"\"format\",\"in\":\"query\",\"schema\":{\"type\":\"string\",\"enum\""
	":[\"frames\",\"ndjson\",\"json\",\"csv\",\"text\",\"arrow\"],"
	"\"default\":\"frames\"}}],\"responses\":{\"200\":{\"description\":"
	"\"Rows in the form that format or Accept names, or the result of statements without rows.\""
	",\"content\":{\"application/json\":{\"schema\":{\"$ref\":"
	"\"#/components/schemas/Result\"}},\"application/x-ndjson\":{},"
	"\"text/csv\":{},\"text/plain\":{},"
	"\"application/vnd.apache.arrow.stream\":{}}},\"default\":{\"$ref\":"
	"\"#/components/responses/Error\"}}}},",

	"\"/v1/session\":{\"get\":{\"summary\":"
	"\"Who one is, and what one may do\",\"operationId\":\"session\","
	"\"responses\":{\"200\":{\"description\":\"The user and the server\","
	"\"content\":{\"application/json\":{\"schema\":{\"$ref\":"
	"\"#/components/schemas/Session\"}}}},\"default\":{\"$ref\":"
	"\"#/components/responses/Error\"}}}},",

	"\"/v1/token\":{\"post\":{\"summary\":\"Sign in\",\"operationId\":"
	"\"signIn\",\"security\":[],\"requestBody\":{\"content\":{"
	"\"application/json\":{\"schema\":{\"$ref\":"
	"\"#/components/schemas/Credentials\"}}}},\"responses\":{\"200\":{"
	"\"description\":\"A token for Authorization: Bearer, and a session\","
	"\"content\":{\"application/json\":{\"schema\":{\"$ref\":"
	"\"#/components/schemas/Session\"}}}},\"default\":{\"$ref\":"
	"\"#/components/responses/Error\"}}},\"delete\":{\"summary\":"
	"\"Sign out: the token of the request ends\",\"operationId\":"
	"\"signOut\",\"responses\":{\"200\":{\"description\":\"It has ended\"},"
	"\"default\":{\"$ref\":\"#/components/responses/Error\"}}}},",

	"\"/metrics\":{\"get\":{\"summary\":"
	"\"The server's numbers, for Prometheus\",\"operationId\":\"metrics\""
	",\"responses\":{\"200\":{\"description\":\"Text format 0.0.4\","
	"\"content\":{\"text/plain\":{}}},\"default\":{\"$ref\":"
	"\"#/components/responses/Error\"}}}},",

	"\"/healthz\":{\"get\":{\"summary\":\"Whether the server answers\","
	"\"operationId\":\"health\",\"security\":[],\"responses\":{\"200\":{"
	"\"description\":\"It does\"}}}},",

	"\"/readyz\":{\"get\":{\"summary\":"
	"\"Whether the server takes events\",\"operationId\":\"ready\","
	"\"security\":[],\"responses\":{\"200\":{\"description\":\"It does\"}"
	",\"503\":{\"description\":\"It does not\"}}}},",

	"\"/openapi.json\":{\"get\":{\"summary\":\"This\",\"operationId\":"
	"\"openapi\",\"security\":[],\"responses\":{\"200\":{\"description\":"
	"\"OpenAPI 3.0\"}}}},",

	"\"/ws\":{\"get\":{\"summary\":"
	"\"A WebSocket: a message is a command, or a reply\",\"operationId\":"
	"\"websocket\",\"responses\":{\"101\":{\"description\":"
	"\"Frames of RFC 6455 follow\"},\"426\":{\"description\":"
	"\"The request does not ask for a WebSocket\"},\"default\":{\"$ref\":"
	"\"#/components/responses/Error\"}}}}},",

	"\"components\":{\"responses\":{\"Error\":{\"description\":"
	"\"What is wrong; the status is in the object, too\",\"content\":{"
	"\"application/json\":{\"schema\":{\"$ref\":"
	"\"#/components/schemas/Result\"}}}}},\"schemas\":{",

	"\"Result\":{\"type\":\"object\",\"required\":[\"count\",\"status\","
	"\"message\",\"results\"],\"properties\":{\"count\":{\"type\":"
	"\"integer\"},\"status\":{\"type\":\"integer\"},\"message\":{\"type\""
	":\"string\"},\"results\":{\"type\":\"array\",\"items\":{\"type\":"
	"\"string\"}}}},",

	"\"Command\":{\"type\":\"object\",\"required\":[\"type\"],"
	"\"properties\":{\"type\":{\"type\":\"string\",\"enum\":[\"Define\","
	"\"Store\",\"Query\",\"Replay\",\"Batch\",\"Flush\",\"Ping\"]},"
	"\"event_type\":{\"type\":\"string\"},\"context_id\":{\"type\":"
	"\"string\",\"nullable\":true},\"version\":{\"type\":\"integer\"},"
	"\"schema\":{\"type\":\"object\"},\"payload\":{\"type\":\"object\"},"
	"\"at\":{},\"since\":{},\"time_field\":{\"type\":\"string\"},"
	"\"where\":{\"type\":\"object\"},\"order_by\":{\"type\":\"object\"},"
	"\"limit\":{\"type\":\"integer\"},\"offset\":{\"type\":\"integer\"},"
	"\"commands\":{\"type\":\"array\",\"items\":{\"$ref\":"
	"\"#/components/schemas/Command\"}}}},",

	"\"Credentials\":{\"type\":\"object\",\"required\":[\"user\"],"
	"\"properties\":{\"user\":{\"type\":\"string\"},\"password\":{"
	"\"type\":\"string\"},\"signature\":{\"type\":\"string\","
	"\"description\":\"In place of the password: of the user's name\"}}},",

	"\"Session\":{\"type\":\"object\",\"properties\":{\"token\":{"
	"\"type\":\"string\"},\"user\":{\"type\":\"string\"},"
	"\"is_superuser\":{\"type\":\"boolean\"},\"may_define\":{\"type\":"
	"\"boolean\"},\"may_store\":{\"type\":\"boolean\"},\"may_monitor\":{"
	"\"type\":\"boolean\"},\"may_signal\":{\"type\":\"boolean\"},"
	"\"has_roles\":{\"type\":\"boolean\"},\"is_trusted\":{\"type\":"
	"\"boolean\"},\"version\":{\"type\":\"string\"},\"server_version\":{"
	"\"type\":\"string\"},\"time_zone\":{\"type\":\"string\"},"
	"\"environment\":{\"type\":\"string\"},\"uptime_seconds\":{\"type\":"
	"\"integer\"},\"token_expiry_seconds\":{\"type\":\"integer\"}}},",

	"\"Event\":{\"type\":\"object\",\"required\":[\"payload\"],"
	"\"properties\":{\"type\":{\"type\":\"string\"},\"context\":{\"type\""
	":\"string\"},\"at\":{\"description\":"
	"\"A time as text, or seconds since 1970\"},\"payload\":{\"type\":"
	"\"object\"}}},",

	"\"LineReport\":{\"type\":\"object\",\"properties\":{\"line\":{"
	"\"type\":\"integer\"},\"ok\":{\"type\":\"boolean\"},\"event_id\":{"
	"\"type\":\"integer\",\"format\":\"int64\"},\"sqlstate\":{\"type\":"
	"\"string\"},\"message\":{\"type\":\"string\"},\"detail\":{\"type\":"
	"\"string\"},\"position\":{\"type\":\"integer\"},\"lines\":{\"type\":"
	"\"integer\"},\"stored\":{\"type\":\"integer\"},\"failed\":{\"type\":"
	"\"integer\"},\"first_event_id\":{\"type\":\"integer\",\"format\":"
	"\"int64\"},\"last_event_id\":{\"type\":\"integer\",\"format\":"
	"\"int64\"}}}}}}",
};
/* clang-format on */

void
http_openapi_put(struct buf *out)
{
	for (size_t i = 0; i < ARRAY_LEN(text); i++)
		buf_put_cstr(out, text[i]);
	buf_put_u8(out, '\n');
}
