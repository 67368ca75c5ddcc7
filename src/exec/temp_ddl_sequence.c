/* SPDX-License-Identifier: Apache-2.0 */
/*
 * temp_ddl_sequence.c -- see temp_ddl.h: sequences, as a plan has defined them,
 * and as they follow their tables.
 */
#include "exec/temp_ddl.h"

#include "exec/temp_rows.h"
#include "exec/temp_sequence.h"
#include "exec/temp_tables.h"
#include "plan/logical.h"

/* A definition's numbers begin at `first`, or go on. */
static int
put(struct temp_tables *temp, const struct temp_sequence *definition,
    bool restarts, int64_t first, struct error *err)
{
	struct temp_sequence *sequence = temp_sequence_new(definition, temp);

	if (sequence == NULL)
		return temp_out_of_memory(err);
	if (restarts) {
		struct temp_counter *old = sequence->counter;

		sequence->counter = temp_counter_new(first, old);
		temp_counter_unref(old);
	}
	if (sequence->counter != NULL)
		return temp_tables_put_sequence(temp, sequence, err);
	temp_sequence_unref(sequence);
	return temp_out_of_memory(err);
}

int
temp_sequence_create(struct temp_tables *temp,
    const struct plan_temp_sequence *plan, struct temp_table *table,
    struct error *err)
{
	struct temp_sequence its = *plan->definition;

	its.oid = temp->next_oid++;
	if (table != NULL && plan->column != 0) {
		its.owner_oid = table->oid;
		table->columns[plan->column - 1].sequence_oid = its.oid;
	}
	return put(temp, &its, true, plan->restart, err);
}

int
temp_sequence_change(struct temp_tables *temp,
    const struct plan_temp_sequence *plan, struct error *err)
{
	const struct temp_sequence *now =
	    temp_sequence_by_oid(temp->catalog, plan->definition->oid);
	struct temp_sequence its = *plan->definition;

	if (now == NULL)
		return error_set(err, STELE_E_UNDEFINED_TABLE,
		    "relation with OID %u does not exist",
		    (unsigned)plan->definition->oid);
	its.counter = now->counter;
	return put(temp, &its, plan->restarts, plan->restart, err);
}

int
temp_sequences_of_table(struct temp_tables *temp,
    const struct plan_temp_ddl *ddl, struct temp_table *table,
    struct error *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < ddl->sequence_count && rc == 0; i++) {
		struct plan_temp_sequence plan = ddl->sequences[i];
		const struct temp_sequence *now =
		    temp_sequence_by_oid(temp->catalog, plan.definition->oid);
		struct temp_sequence its = *plan.definition;

		if (its.oid == 0) {
			rc = temp_sequence_create(temp, &plan, table, err);
			continue;
		}
		if (now != NULL) /* its column may have moved since */
			its.owner_column = now->owner_column;
		plan.definition = &its;
		rc = temp_sequence_change(temp, &plan, err);
	}
	return rc;
}

int
temp_sequences_follow(struct temp_tables *temp, uint32_t table_oid,
    const struct plan_temp_ddl *ddl, struct error *err)
{
	struct temp_catalog *catalog = temp_catalog_ref(temp->catalog);
	int rc = 0;

	for (uint32_t i = 0; i < ddl->oid_count && rc == 0; i++)
		rc = temp_tables_remove(temp, ddl->oids[i], err);
	for (uint32_t i = 0; i < catalog->sequence_count && rc == 0; i++) {
		struct temp_sequence its = *catalog->sequences[i];

		if (its.owner_oid != table_oid ||
		    temp_sequence_by_oid(temp->catalog, its.oid) == NULL)
			continue;
		its.owner_column = ddl->moved[its.owner_column - 1];
		rc = its.owner_column == 0
		    ? temp_tables_remove(temp, its.oid, err)
		    : put(temp, &its, false, 0, err);
	}
	temp_catalog_unref(catalog);
	return rc;
}

int
temp_sequences_restart(struct temp_tables *temp, uint32_t table_oid,
    struct error *err)
{
	struct temp_catalog *catalog = temp_catalog_ref(temp->catalog);
	int rc = 0;

	for (uint32_t i = 0; i < catalog->sequence_count && rc == 0; i++)
		if (catalog->sequences[i]->owner_oid == table_oid)
			rc = put(temp, catalog->sequences[i], true,
			    catalog->sequences[i]->start, err);
	temp_catalog_unref(catalog);
	return rc;
}

int
temp_default_remove(struct temp_tables *temp, const struct temp_use *use,
    struct error *err)
{
	struct temp_table *table = temp_table_new(use->table, temp);
	ptrdiff_t at = use->column - use->table->columns;

	if (table == NULL)
		return temp_out_of_memory(err);
	table->rows = temp_rows_ref(use->table->rows);
	table->columns[at].sequence_oid = 0;
	return temp_tables_put_table(temp, table, err);
}
