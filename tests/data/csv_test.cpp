#include "gradclinic/data/readers/csv.h"

#include <gtest/gtest.h>

#include "data/damage.h"

namespace gradclinic {
namespace {

using Numbers = std::vector<double>;
using Texts = std::vector<std::string>;

CsvTable regression(std::string_view text, Index limit = 0) { return read_csv(text, "f.csv", "y", false, limit); }
CsvTable classification(std::string_view text) { return read_csv(text, "f.csv", "y", true); }

std::vector<float> inputs_of(const CsvTable& table) { return {table.inputs.values.begin(), table.inputs.values.end()}; }

void rejects(std::string_view text, const std::string& where, const std::string& what) {
  const std::string error = error_of([&] { regression(text); });
  EXPECT_NE(error.find("[f.csv" + where + "]"), std::string::npos) << error;
  EXPECT_NE(error.find(what), std::string::npos) << error;
}

TEST(Csv, TheTargetMayBeAnyColumn) {
  for (const std::string_view text : {"a,b,y\n1,2,3\n4,5,6\n", "a,y,b\n1,3,2\n4,6,5\n", "y,a,b\n3,1,2\n6,4,5"}) {
    const CsvTable table = regression(text);
    EXPECT_EQ(table.features, (Texts{"a", "b"}));
    EXPECT_EQ(table.inputs.rows, 2);
    EXPECT_EQ(table.inputs.columns, 2);
    EXPECT_EQ(inputs_of(table), (std::vector<float>{1, 2, 4, 5}));
    EXPECT_EQ(table.targets, (Numbers{3, 6}));
  }
}

TEST(Csv, ReadsNumbersOfEveryForm) {
  const CsvTable table = regression("a,y\n-1.5e3,+2\n.25,1E-2\n 7\t, 1e-60 \n-0,16777217\n");
  EXPECT_EQ(inputs_of(table), (std::vector<float>{-1500, 0.25, 7, 0}));
  EXPECT_EQ(table.targets, (Numbers{2, 0.01, 1e-60, 16777217}));
}

TEST(Csv, LineEndsBlankLinesAndByteOrderMarkDoNotMatter) {
  for (const std::string_view text : {"a,y\r\n1,2\r\n3,4\r\n",
                                      "\xEF\xBB\xBF"
                                      "a,y\n1,2\n\n \t\n3,4",
                                      "\n\r\na,y\n1,2\n3,4\r", "a,y\n1,2\n3,4\n\n\n"}) {
    EXPECT_EQ(inputs_of(regression(text)), (std::vector<float>{1, 3})) << text;
    EXPECT_EQ(regression(text).targets, (Numbers{2, 4})) << text;
  }
}

TEST(Csv, QuotedCellsMayHoldCommasQuotesAndLines) {
  const CsvTable table =
      classification("\"a, \"\"first\"\"\",y\r\n\"1.5\",\"x, y\"\r\n2 , \"say \"\"hi\"\"\nnow\" \r\n3,\"\"\"\"");
  EXPECT_EQ(table.features, Texts{"a, \"first\""});
  EXPECT_EQ(inputs_of(table), (std::vector<float>{1.5, 2, 3}));
  EXPECT_EQ(table.labels, (Texts{"x, y", "say \"hi\"\nnow", "\""}));
}

TEST(Csv, TakesTheFirstRowsAndReadsNoFurther) {
  EXPECT_EQ(regression("a,y\n1,2\n3,4\nbad,row,here\n", 2).targets, (Numbers{2, 4}));
  EXPECT_EQ(regression("a,y\n1,2\n3,4\n", 9).targets, (Numbers{2, 4}));
}

TEST(Csv, NamesLineAndColumnOfAWrongCell) {
  rejects("a,b,y\n1,2,3\n4,,6\n", ":3 column 2 (b)", "without a value");
  rejects("a,y\n1,\n", ":2 column 2 (y)", "without a value");
  rejects("a,y\n1,2\n\"\",2\n", ":3 column 1 (a)", "without a value");
  rejects("a,y\nnan,2\n", ":2 column 1 (a)", "(got `nan`)");
  rejects("a,y\n1,NaN\n", ":2 column 2 (y)", "finite");
  rejects("a,y\n1,-inf\n", ":2 column 2 (y)", "finite");
  rejects("a,y\n1e39,2\n", ":2 column 1 (a)", "finite");
  rejects("a,y\n1e999,2\n", ":2 column 1 (a)", "number");
  rejects("a,y\n1,2\n1,red\n", ":3 column 2 (y)", "(got `red`)");
  rejects("a,y\n1.5x,2\n", ":2 column 1 (a)", "(got `1.5x`)");
  rejects("a,y\n0x10,2\n", ":2 column 1 (a)", "not a number");
  rejects("a,y\n+-1,2\n", ":2 column 1 (a)", "not a number");
  rejects("a,y\n1 2,2\n", ":2 column 1 (a)", "not a number");
}

TEST(Csv, CountsLinesWithinQuotedCells) {
  rejects("\"a\nb\nc\",y\n1,2\nx,2\n", ":5 column 1 (a\\nb\\nc)", "not a number");
  rejects("a,y\n\n\n1,2\r\n\r\nx,2\n", ":6 column 1 (a)", "not a number");
}

TEST(Csv, RejectsRowsOfAnotherLength) {
  rejects("a,b,y\n1,2,3\n1,2\n", ":3", "not 3 cells");
  rejects("a,y\n1,2,3,4\n", ":2", "(got `4`)");
  rejects("a,y\n1,2,\n", ":2", "(got `3`)");
}

TEST(Csv, RejectsBrokenQuotes) {
  rejects("a,y\n1,\"2\n", ":2 column 2", "not closed");
  rejects("a,y\n\"1\"x,2\n", ":2 column 1", "after the closing quote");
  rejects("\"a", ":1 column 1", "not closed");
}

TEST(Csv, RejectsFilesWithoutTargetOrRows) {
  rejects("", "", "no header row");
  rejects("\n\n", "", "no header row");
  rejects("a,y\n", "", "no rows");
  rejects("a,b\n1,2\n", ":1", "(got `a, b`)");
  rejects("a,y,y\n1,2,3\n", ":1", "several columns");
  rejects("y\n1\n", ":1", "one column");
  rejects("a;y\n1;2\n", ":1", "commas");
}

TEST(Csv, LabelsAreAllTextOrAllNumbers) {
  EXPECT_EQ(classification("a,y\n1,red\n2,blue\n").labels, (Texts{"red", "blue"}));
  EXPECT_EQ(classification("a,y\n1,2\n2,-1\n").targets, (Numbers{2, -1}));
  EXPECT_THROW(classification("a,y\n1,2\n2,red\n"), BadInput);
  EXPECT_THROW(classification("a,y\n1,red\n2,2\n"), BadInput);
  EXPECT_THROW(classification("a,y\n1,red\n2,\n"), BadInput);
  EXPECT_THROW(classification("a,y\nred,red\n"), BadInput);
  EXPECT_THROW(regression("a,y\n1,red\n"), BadInput);
}

TEST(Csv, SurvivesDamageEverywhere) {
  const std::string_view text = "\xEF\xBB\xBF\"a \"\"x\"\"\",b,y\r\n1,2.5e1, cat\n\n\"3\",4,\"d,\n\"\"g\"\r\n";
  const auto read = [](Bytes file) {
    const std::string_view damaged(reinterpret_cast<const char*>(file.data()), file.size());
    read_csv(damaged, "f", "y", true);
  };
  EXPECT_NO_THROW(read(as_bytes(text)));
  damage_everywhere(text, read);
}

}  // namespace
}  // namespace gradclinic
