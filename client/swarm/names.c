#include "client/swarm/names.h"

#include <stddef.h>

/* First names from many places, all different, without accents that a terminal may lack. */
static const char *const people[] = {
    "Ada",   "Amara", "Anton",  "Aisha",   "Bela",   "Bruno",  "Carmen", "Chidi", "Clara", "Dara",
    "David", "Dina",  "Elif",   "Emil",    "Esther", "Farid",  "Fatou",  "Felix", "Freya", "Gita",
    "Goran", "Greta", "Hana",   "Hugo",    "Ida",    "Imani",  "Ines",   "Ivan",  "Jamal", "Jana",
    "Jin",   "Jonas", "Juana",  "Kai",     "Kamala", "Karim",  "Keiko",  "Kofi",  "Lars",  "Layla",
    "Leon",  "Lina",  "Lucia",  "Luis",    "Malik",  "Marta",  "Mei",    "Milan", "Mina",  "Mira",
    "Nadia", "Naoki", "Nils",   "Nina",    "Noor",   "Nuria",  "Olga",   "Omar",  "Oscar", "Pablo",
    "Paula", "Petra", "Priya",  "Quentin", "Rafael", "Rana",   "Ravi",   "Rosa",  "Ruben", "Sami",
    "Sara",  "Sefu",  "Selma",  "Simon",   "Sofia",  "Stefan", "Suki",   "Tala",  "Tariq", "Thea",
    "Tomas", "Tove",  "Ulrike", "Uma",     "Vera",   "Victor", "Wanda",  "Wei",   "Xenia", "Yara",
    "Yusuf", "Zahra", "Zoe",    "Abena",   "Bilal",  "Camila", "Dmitri", "Enzo",  "Fiona", "Hassan",
    "Isla",  "Kwame", "Maya",   "Otto",
};

static const char *const teams[] = {
    "Maple",
    "Cedar",
    "Birch",
    "Rowan",
    "Alder",
    "Hazel",
    "Willow",
    "Aspen",
    "Linden",
    "Larch",
    "Juniper",
    "Spruce",
    "Elder",
    "Poplar",
    "Chestnut",
    "Yew",
};

int name_count(void)
{
    return (int)(sizeof people / sizeof people[0]);
}

const char *name_of_person(int index)
{
    return people[index % name_count()];
}

int name_team_count(void)
{
    return (int)(sizeof teams / sizeof teams[0]);
}

const char *name_of_team(int index)
{
    return index < name_team_count() ? teams[index] : NULL;
}
