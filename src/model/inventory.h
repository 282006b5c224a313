// What a standby that is kept by hand must have too, entity by entity (P2), and what a connector's configuration
// is made of (D1). An entity is known by its kind and name; its fields are the texts by which two of them are
// compared. Secrets are no fields: of a credential there is its name, and what it is for.
//
// An Inventory is filled in by whoever makes it, and shared (inventory_ref) and never changed from then on.
#pragma once

#include "model/names.h"

typedef enum {
    // Compared, kind by kind, in the order of the source document.
    ENTITY_ACCOUNT,
    ENTITY_RULE_SET,
    ENTITY_CLASSIFICATION,
    ENTITY_SOURCE,
    ENTITY_SCAN,
    ENTITY_COLLECTION,
    ENTITY_CREDENTIAL,
    ENTITY_ASSET,
    ENTITY_TERM,
    ENTITY_WORKFLOW, // of a resource group
    ENTITY_COMPARED, // so many kinds
    // Each side's own: they may not be shared.
    ENTITY_ATTACHMENT = ENTITY_COMPARED, // a data factory, a share, an analytics workspace (P4)
    ENTITY_RUNTIME,                      // an integration runtime (P5)
    // Of a connector.
    ENTITY_SETTING,
    ENTITY_ORGANISATION,
    ENTITY_KINDS
} EntityKind;

extern const NameTable ENTITY_NAMES;

enum {
    INVENTORY_MAX = 20000, // entities
    ENTITY_FIELDS_MAX = 32,
    ENTITY_NAME_MAX = 200, // bytes
    ENTITY_VALUE_MAX = 1000,
    LOSSES_MAX = 20 // … of at most ENTITY_NAME_MAX bytes
};

typedef struct {
    char *name;
    char *value;
} EntityField;

typedef struct {
    EntityKind kind;
    char *name;        // unique among those of its kind
    GPtrArray *fields; // of EntityField *, by name
} Entity;

typedef struct {
    GPtrArray *entities; // of Entity *, by kind, then name
    GPtrArray *losses; // of char *: what nobody recreates of a connector (D5), as its driver tells
    bool cut;          // there are more than INVENTORY_MAX: what is missing may be among them
    char *digest;      // of all of it, by inventory_seal; NULL = not yet
    gint refs;
} Inventory;

Entity *entity_new(EntityKind kind, const char *name);
void entity_free(Entity *entity);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Entity, entity_free)
Entity *entity_copy(const Entity *entity);

// Enters a field in its place, or gives it another value. False if there are ENTITY_FIELDS_MAX already.
bool entity_set(Entity *entity, const char *field, const char *value);
// NULL if it has no such field.
const char *entity_field(const Entity *entity, const char *field);

Inventory *inventory_new(void);
Inventory *inventory_ref(Inventory *inventory);
void inventory_unref(Inventory *inventory); // NULL is fine
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Inventory, inventory_unref)

// Takes the entity, in place of one of the same kind and name. False (and `cut`) if there is no room.
bool inventory_put(Inventory *inventory, Entity *entity);
// Enters what nobody recreates. False if there are LOSSES_MAX already.
bool inventory_add_loss(Inventory *inventory, const char *loss);
// False if there was none.
bool inventory_remove(Inventory *inventory, EntityKind kind, const char *name);
// NULL if there is none.
const Entity *inventory_find(const Inventory *inventory, EntityKind kind, const char *name);
// So many of that kind.
guint inventory_count(const Inventory *inventory, EntityKind kind);
// Computes the digest anew: two inventories with the same one hold the same.
void inventory_seal(Inventory *inventory);
