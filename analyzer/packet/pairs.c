/*
 * pairs.c - see pairs.h; the hash table is pair_index.c.
 */
#include "analyzer/packet/pairs.h"

bool
pair_table_init(struct pair_table *t, size_t max)
{
	pool_init(&t->pool, sizeof(struct pair), max);
	return pair_index_init(&t->index);
}

void
pair_table_finish(struct pair_table *t)
{
	pair_index_finish(&t->index);
	pool_finish(&t->pool);
}

struct pair *
pair_table_find(const struct pair_table *t, const struct pair_look *look)
{
	return (struct pair *)pair_index_find(&t->index, look); /* the key stands first in it */
}

struct pair *
pair_table_add(struct pair_table *t, const struct pair_look *look)
{
	struct pair *p = pool_take(&t->pool);

	if (p == NULL)
		return NULL;
	*p = (struct pair){.key = look->key, .hash = look->hash};
	if (pair_index_add(&t->index, &p->key, p->hash))
		return p;
	pool_give(&t->pool, p);
	return NULL;
}

void
pair_table_remove(struct pair_table *t, struct pair *p)
{
	pair_index_remove(&t->index, &p->key, p->hash);
	pool_give(&t->pool, p);
}
