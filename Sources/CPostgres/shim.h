#include <postgresql/libpq-fe.h>

/* Field codes that are character constants, which do not import as they are. */
static inline int venus_pg_diag_sqlstate(void) { return PG_DIAG_SQLSTATE; }
static inline int venus_pg_diag_message_primary(void) { return PG_DIAG_MESSAGE_PRIMARY; }
